import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import { Note } from "../ui/Note.tsx";
import { CodeMissing } from "./code.ts";

interface State {
  error: Error | null;
}

/** Keeps a page's failure to that page. */
export class Broken extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    if (error instanceof CodeMissing)
      return (
        <Note tone="bad" title="The code of this page could not be loaded">
          {error.message}
          {"\n"}The connection was lost, or the server was upgraded since these pages were opened.
          {"\n"}
          <Button onClick={() => location.reload()}>Load everything anew</Button>
        </Note>
      );
    return (
      <Note tone="bad" title="This page failed">
        {error.message}
        {"\n"}
        <Button onClick={() => this.setState({ error: null })}>Try again</Button>
      </Note>
    );
  }
}
