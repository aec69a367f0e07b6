import { Link, useLocation } from "wouter";
import { environment } from "../../app/environment.ts";
import { Page } from "../../ui/Page.tsx";
import { AlertmanagersTab } from "./AlertmanagersTab.tsx";
import { ConfigTab } from "./ConfigTab.tsx";
import { DiscoveryTab } from "./DiscoveryTab.tsx";
import { FlagsTab } from "./FlagsTab.tsx";
import { RemoteWriteTab } from "./RemoteWriteTab.tsx";
import { RuntimeTab } from "./RuntimeTab.tsx";
import styles from "./StatusPage.module.css";

const tabs = [
  { path: "/status", name: "Runtime and build", tab: RuntimeTab },
  { path: "/config", name: "Configuration", tab: ConfigTab },
  { path: "/flags", name: "Flags", tab: FlagsTab },
  { path: "/service-discovery", name: "Service discovery", tab: DiscoveryTab },
  { path: "/alertmanager-discovery", name: "Alertmanagers", tab: AlertmanagersTab, notInAgent: true },
  { path: "/remote-write", name: "Remote write", tab: RemoteWriteTab },
];

/** How the server was started and what it runs with. */
export default function StatusPage() {
  const [location] = useLocation();
  const shown = tabs.filter((t) => !(t.notInAgent && environment.agent));
  const Current = (shown.find((t) => t.path === location) ?? shown[0])?.tab ?? RuntimeTab;
  return (
    <Page title="Status">
      <nav className={styles.tabs} aria-label="Parts of the status">
        {shown.map((t) => (
          <Link key={t.path} href={t.path} aria-current={t.path === location ? "page" : undefined}>
            {t.name}
          </Link>
        ))}
      </nav>
      <Current />
    </Page>
  );
}
