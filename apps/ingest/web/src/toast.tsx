import { signal } from '@preact/signals';
import { Note } from '@soundalike/design';

interface Message {
  readonly text: string;
  readonly isBad: boolean;
}

const message = signal<Message | undefined>(undefined);

/** How long a message stays, ms. */
const SHOWN_MS = 6_000;

let timer = 0;

/** Says what an action did, at the foot of the page. */
export const say = (text: string, isBad = false): void => {
  clearTimeout(timer);
  message.value = { text, isBad };
  timer = window.setTimeout(() => {
    message.value = undefined;
  }, SHOWN_MS);
};

/** Runs an action; what goes wrong is said. */
export const act = async (work: () => Promise<string>): Promise<void> => {
  try {
    say(await work());
  } catch (error) {
    say((error as Error).message, true);
  }
};

export const Toast = () => (
  <div class="toast">
    {message.value && <Note tone={message.value.isBad ? 'bad' : undefined}>{message.value.text}</Note>}
  </div>
);
