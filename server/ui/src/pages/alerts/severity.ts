import type { Tone } from "../../ui/Badge.tsx";

/** Severity is a convention of labels: whatever it does not know is a warning. */
export function severityTone(severity: string | undefined): Tone {
  switch (severity) {
    case "critical":
    case "page":
    case "error":
      return "bad";
    case "info":
    case "none":
      return "quiet";
    default:
      return "warn";
  }
}
