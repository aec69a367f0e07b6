import { Clock, Keyboard, Monitor, Moon, Settings, Sun } from "lucide-react";
import { settings, useSettings, type Theme } from "./settings.ts";
import styles from "./Preferences.module.css";

const themes: Record<Theme, { icon: typeof Sun; next: Theme; text: string }> = {
  system: { icon: Monitor, next: "light", text: "Theme of the system" },
  light: { icon: Sun, next: "dark", text: "Light theme" },
  dark: { icon: Moon, next: "system", text: "Dark theme" },
};

interface Props {
  onKeys: () => void;
  onSettings: () => void;
}

/** Theme, time zone, all other settings and the list of keys, at the foot of the navigation. */
export function Preferences({ onKeys, onSettings }: Props) {
  const { theme, zone } = useSettings();
  const { icon: Icon, next, text } = themes[theme];
  return (
    <div className={styles.row}>
      <button type="button" className={styles.button} title={`${text}; click for another`} aria-label={text} onClick={() => settings.set({ theme: next })}>
        <Icon size={15} />
      </button>
      <button
        type="button"
        className={styles.button}
        title={zone === "utc" ? "Times are in UTC; click for this computer's zone" : "Times are in this computer's zone; click for UTC"}
        onClick={() => settings.set({ zone: zone === "utc" ? "local" : "utc" })}
      >
        <Clock size={15} />
        {zone === "utc" ? "UTC" : "Local"}
      </button>
      <button type="button" className={`${styles.button} ${styles.last}`} title="Settings" aria-label="Settings" onClick={onSettings}>
        <Settings size={15} />
      </button>
      <button type="button" className={styles.button} title="Keys (?)" aria-label="Keys" onClick={onKeys}>
        <Keyboard size={15} />
      </button>
    </div>
  );
}
