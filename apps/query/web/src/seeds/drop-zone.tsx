import './drop-zone.css';
import { useLayoutEffect, useState } from 'preact/hooks';
import { searchWith } from '../state/actions.ts';

/** Takes a file dropped anywhere on the page, and audio or links pasted outside a field. */
export const DropZone = () => {
  const [isOver, setOver] = useState(false);
  // Before the page is painted: whoever sees it may drop something.
  useLayoutEffect(() => {
    const { signal, abort } = listeners();
    let depth = 0;
    const onFiles = (type: string, handler: (event: DragEvent) => void) =>
      addEventListener(
        type,
        (event) => {
          if (!(event as DragEvent).dataTransfer?.types.includes('Files')) return;
          event.preventDefault();
          handler(event as DragEvent);
        },
        { signal },
      );
    onFiles('dragenter', () => {
      depth += 1;
      setOver(true);
    });
    onFiles('dragleave', () => {
      depth -= 1;
      if (depth === 0) setOver(false);
    });
    onFiles('dragover', () => {});
    onFiles('drop', (event) => {
      depth = 0;
      setOver(false);
      take(event.dataTransfer);
    });
    addEventListener('paste', (event) => !isTyping(event.target) && take(event.clipboardData), { signal });
    return abort;
  }, []);
  return (
    <div class="drop-zone" hidden={!isOver}>
      <p>Drop it: what sounds like this?</p>
    </div>
  );
};

const take = (data: DataTransfer | null) => {
  const file = data?.files[0];
  const text = data?.getData('text/plain').trim() ?? '';
  if (file) searchWith({ kind: 'file', file, isRecording: false });
  else if (/^https?:\/\/\S+$/i.test(text)) searchWith({ kind: 'link', url: text });
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select');

const listeners = () => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
};
