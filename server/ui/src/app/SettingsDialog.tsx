import { Dialog } from "../ui/Dialog.tsx";
import { Segmented } from "../ui/Segmented.tsx";
import { settings, useSettings, type Settings } from "./settings.ts";
import styles from "./SettingsDialog.module.css";

type Switch = { [K in keyof Settings]: Settings[K] extends boolean ? K : never }[keyof Settings];

const switches: { about: string; list: { key: Switch; text: string; note: string }[] }[] = [
  {
    about: "Query",
    list: [
      { key: "completion", text: "Complete while typing", note: "Metrics, labels, functions; Ctrl+Space asks for them without it" },
      { key: "highlighting", text: "Colour expressions", note: "While they are edited" },
      { key: "linter", text: "Mark errors while typing", note: "What the server says of an expression is marked in any case" },
      { key: "history", text: "Remember expressions", note: "In this browser only" },
      { key: "remarks", text: "Show the server's remarks", note: "Such as a rate over what is no counter; warnings are always shown" },
    ],
  },
  { about: "Alerts", list: [{ key: "annotations", text: "Open alerts at once", note: "With their annotations, without a click" }] },
];

/** What the reader may choose, kept in this browser. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const chosen = useSettings();
  return (
    <Dialog title="Settings" onClose={onClose}>
      <div className={styles.row}>
        <span>Theme</span>
        <Segmented
          label="Theme"
          value={chosen.theme}
          options={[
            { value: "system", text: "System" },
            { value: "light", text: "Light" },
            { value: "dark", text: "Dark" },
          ]}
          onChange={(theme) => settings.set({ theme })}
        />
      </div>
      <div className={styles.row}>
        <span>Times</span>
        <Segmented
          label="Times"
          value={chosen.zone}
          options={[
            { value: "local", text: "Local", title: Intl.DateTimeFormat().resolvedOptions().timeZone },
            { value: "utc", text: "UTC" },
          ]}
          onChange={(zone) => settings.set({ zone })}
        />
      </div>
      {switches.map(({ about, list }) => (
        <fieldset key={about} className={styles.part}>
          <legend>{about}</legend>
          {list.map(({ key, text, note }) => (
            <label key={key} className={styles.switch}>
              <input type="checkbox" checked={chosen[key]} onChange={(e) => settings.set({ [key]: e.target.checked })} />
              <span>
                {text}
                <small>{note}</small>
              </span>
            </label>
          ))}
        </fieldset>
      ))}
    </Dialog>
  );
}
