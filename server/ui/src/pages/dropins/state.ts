import type { State } from "../../api/dropins.ts";
import type { Tone } from "../../ui/Badge.tsx";

export function stateTone(state: State): Tone {
  switch (state) {
    case "active":
      return "ok";
    case "pending":
      return "accent";
    case "stale":
      return "warn";
    case "rejected":
    case "shadowed":
      return "bad";
    default:
      return "quiet";
  }
}

/** What a state means, for whoever meets the word for the first time. */
export const stateMeaning: Record<State, string> = {
  active: "The newest edit is in use.",
  pending: "The newest edit is good and on its way to the server.",
  stale: "The newest edit was refused; the last good one is in use.",
  rejected: "The newest edit was refused and there is no good one before it.",
  shadowed: "An older drop-in holds the same name; this one waits.",
};
