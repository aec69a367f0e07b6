import { Menu, X } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { siteName } from "../ui/Page.tsx";
import { Button } from "../ui/Button.tsx";
import { Navigation } from "./Navigation.tsx";
import { Notifications } from "./Notifications.tsx";
import { SettingsDialog } from "./SettingsDialog.tsx";
import { Shortcuts } from "./Shortcuts.tsx";
import { useShortcut } from "./shortcuts.ts";
import styles from "./Shell.module.css";

/** The frame around every page: navigation beside it, or above it on a phone. */
export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [dialog, setDialog] = useState<"keys" | "settings" | null>(null);
  useShortcut("?", () => setDialog("keys"));
  const [location] = useLocation();
  const [shownAt, setShownAt] = useState(location);
  if (shownAt !== location) {
    setShownAt(location);
    setOpen(false);
  }
  useEffect(() => {
    scrollTo(0, 0);
  }, [location]);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main" onClick={toMain}>
        Skip to the page
      </a>
      <div className={styles.bar}>
        <Button look="quiet" icon title={open ? "Close the menu" : "Open the menu"} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <X size={18} /> : <Menu size={18} />}
        </Button>
        <span>{siteName}</span>
      </div>
      <aside className={`${styles.side} ${open ? styles.open : ""}`}>
        <Navigation onKeys={() => setDialog("keys")} onSettings={() => setDialog("settings")} />
      </aside>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Notifications />
        {children}
      </main>
      {dialog === "keys" && <Shortcuts onClose={() => setDialog(null)} />}
      {dialog === "settings" && <SettingsDialog onClose={() => setDialog(null)} />}
    </div>
  );
}

/** A fragment would be relative to <base>, not to the page. */
function toMain(event: React.MouseEvent) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
