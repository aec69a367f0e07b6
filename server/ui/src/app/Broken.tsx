import { Component, type ReactNode } from "react";
import { Button } from "../ui/Button.tsx";
import { Note } from "../ui/Note.tsx";

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
    return (
      <Note tone="bad" title="This page failed">
        {error.message}
        {"\n"}
        <Button onClick={() => this.setState({ error: null })}>Try again</Button>
      </Note>
    );
  }
}
