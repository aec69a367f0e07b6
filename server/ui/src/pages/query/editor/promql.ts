import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from "@codemirror/commands";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap } from "@codemirror/lint";
import { Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { PromQLExtension, newCompleteStrategy, type CompleteStrategy } from "@prometheus-io/codemirror-promql";
import { base } from "../../../api/client.ts";
import { environment } from "../../../app/environment.ts";
import type { Settings } from "../../../app/settings.ts";
import { queryHistory } from "../history.ts";
import { editorTheme } from "./theme.ts";

/** Completes from the server's metrics and labels, and from what was asked before. */
class WithHistory implements CompleteStrategy {
  private readonly server = newCompleteStrategy({ remote: { url: base.href.replace(/\/$/, ""), httpMethod: "GET", cache: { maxAge: 5 * 60e3 } } });

  async promQL(context: CompletionContext): Promise<CompletionResult | null> {
    const result = await this.server.promQL(context);
    // Whole expressions fit only where one begins.
    if (!result || context.state.doc.length > context.pos || result.from > 0) return result;
    const typed = context.state.doc.toString();
    const before = queryHistory()
      .filter((expr) => expr !== typed)
      .map((expr) => ({ label: expr.length > 80 ? `${expr.slice(0, 80)}…` : expr, detail: "asked before", apply: expr, type: "text", boost: -1 }));
    return { ...result, options: [...result.options, ...before] };
  }

  destroy(): void {
    this.server.destroy?.();
  }
}

export type EditorFeatures = Pick<Settings, "completion" | "highlighting" | "linter">;

/** Everything the expression field does. */
export function promqlExtensions(run: () => void, { completion, highlighting, linter }: EditorFeatures): Extension {
  const promql = new PromQLExtension().setComplete({ completeStrategy: new WithHistory() }).activateCompletion(completion).activateLinter(linter);
  return [
    environment.nonce === "" ? [] : EditorView.cspNonce.of(environment.nonce),
    history(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ icons: false, maxRenderedOptions: 80 }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "Expression", spellcheck: "false" }),
    placeholder("Expression, such as sum by (job) (up)"),
    promql.asExtension(),
    highlighting ? syntaxHighlighting(classHighlighter) : [],
    editorTheme,
    // Completion takes Enter first while its list is open.
    Prec.high(
      keymap.of([
        { key: "Mod-Enter", run: () => (run(), true) },
        { key: "Shift-Enter", run: insertNewlineAndIndent },
      ]),
    ),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, { key: "Enter", run: () => (run(), true) }, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
  ];
}
