import { Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { setDiagnostics } from "@codemirror/lint";
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

/** The field for PromQL. Enter runs it. */
export function ExpressionEditor({ value, onChange, onRun, error, focus = false }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef({ onChange, onRun, value });
  const { completion, highlighting, linter } = useSettings();
  useEffect(() => {
    latest.current = { onChange, onRun, value };
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
    const editor = view.current;
    if (!editor || error === undefined) return;
    const from = errorOffset(error, editor.state.doc);
    if (from === null) return;
    const word = editor.state.wordAt(from);
    editor.dispatch(setDiagnostics(editor.state, [{ from, to: word?.to ?? Math.min(from + 1, editor.state.doc.length), severity: "error", message: error }]));
  }, [error]);

  return <div ref={box} className={styles.editor} />;
}
