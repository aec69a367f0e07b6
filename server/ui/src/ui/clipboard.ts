/** Puts text into the clipboard; false if the browser did not let it. */
export async function copyText(text: string): Promise<boolean> {
  // Browsers have navigator.clipboard on HTTPS and localhost only, and not every ingress speaks TLS.
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused, for instance to a page without the focus: the older way may still work.
    }
  }
  return copySelected(text);
}

function copySelected(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.style.setProperty("position", "fixed");
  area.style.setProperty("opacity", "0");
  // Inside of an open dialog nothing outside of it can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.focus();
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
