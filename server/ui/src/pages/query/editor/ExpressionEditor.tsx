import { Compartment, EditorState, StateEffect, type Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { linter as marks, type Diagnostic } from "@codemirror/lint";
import { useEffect, useRef } from "react";
import { useSettings } from "../../../app/settings.ts";
import "../../../ui/syntax.css";
import { promqlExtensions } from "./promql.ts";
import { errorOffset } from "./position.ts";
import styles from "./ExpressionEditor.module.css";

interface Props {
  value: string;
  onChange: (value: string) => void;
  onRun: () => void;
  /** What the server said of the expression as it stands. */
  error?: string | undefined;
  focus?: boolean;
}

/** Says that there is something new to mark. */
const told = StateEffect.define();

/** Where the server's error is. */
function mark(error: string | undefined, { doc }: { doc: Text }, word: (at: number) => number | undefined): Diagnostic[] {
  if (error === undefined) return [];
  const from = errorOffset(error, doc);
  return from === null ? [] : [{ from, to: word(from) ?? Math.min(from + 1, doc.length), severity: "error", message: error }];
}

/** The field for PromQL. Enter runs it. */
export function ExpressionEditor({ value, onChange, onRun, error, focus = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onChange, onRun, value, error });
  const { completion, highlighting, linter } = useSettings();
  useEffect(() => {
    latest.current = { onChange, onRun, value, error };
  });

  useEffect(() => {
    if (!box.current) return;
    const features = new Compartment();
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          features.of(promqlExtensions(() => latest.current.onRun(), { completion, highlighting, linter })),
          // A source of marks like the language's own: what was marked by hand would go when that one runs.
          marks(({ state }) => mark(latest.current.error, state, (at) => state.wordAt(at)?.to), {
            needsRefresh: ({ transactions }) => transactions.some(({ effects }) => effects.some((e) => e.is(told))),
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    if (focus) made.focus();
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [completion, highlighting, linter, focus]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, selection: { anchor: value.length } });
    }
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: told.of(null) });
  }, [error]);

  return <div ref={box} className={styles.editor} />;
}
