import './help-dialog.css';
import { Button } from '@soundalike/design';
import { useEffect, useRef } from 'preact/hooks';
import { areKeysOn, isHelpOpen, SHORTCUTS, setKeysOn } from './shortcuts.ts';

/** The keys, and the switch that turns single keys off (for people who speak or mistype to their machine). */
export const HelpDialog = () => {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const close = () => {
    isHelpOpen.value = false;
  };
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <header>
        <h2 id="help-title">Keys</h2>
        <Button kind="quiet" icon="close" label="Close" onClick={close} />
      </header>
      <dl>
        {SHORTCUTS.map(({ keys, words }) => (
          <div key={words}>
            <dt>
              {keys.map((key) => (
                <kbd class="kbd" key={key}>
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => setKeysOn(currentTarget.checked)}
        />
        Single keys do these things
      </label>
      <p>
        A is what you searched with, B is what was found. Bands between them join the passages that match;
        click one to hear both sides from there.
      </p>
    </dialog>
  );
};
