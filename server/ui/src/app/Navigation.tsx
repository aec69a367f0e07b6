import type { ComponentProps } from "react";
import { Link, useLocation } from "wouter";
import { siteName } from "../ui/Page.tsx";
import { environment } from "./environment.ts";
import iconURL from "./icon.svg";
import { Preferences } from "./Preferences.tsx";
import { routes, type PageRoute } from "./routes.ts";
import { useGoTo } from "./shortcuts.ts";
import { useCounts } from "./useCounts.ts";
import styles from "./Navigation.module.css";

const shown = routes.filter((r): r is PageRoute & Required<Pick<PageRoute, "nav">> => r.nav !== undefined && !(r.notInAgent && environment.agent));
const groups = [...new Set(shown.map((r) => r.nav.group))];
const statusPaths = ["/status", "/config", "/flags", "/service-discovery", "/alertmanager-discovery", "/remote-write"];

/** The list of pages, with what waits on each. */
export function Navigation(preferences: ComponentProps<typeof Preferences>) {
  const [location, navigate] = useLocation();
  const counts = useCounts();
  useGoTo((letter) => {
    const to = shown.find((r) => r.nav.key === letter);
    if (to) navigate(to.path);
  });
  return (
    <nav className={styles.nav} aria-label="Pages">
      <Link href="/" className={styles.brand}>
        <img src={iconURL} width={22} height={22} alt="" />
        <span>{siteName}</span>
      </Link>
      {groups.map((group) => (
        <div key={group} className={styles.group}>
          {group !== "" && <h2 className={styles.heading}>{group}</h2>}
          {shown
            .filter((r) => r.nav.group === group)
            .map(({ path, nav }) => {
              const Icon = nav.icon;
              const waiting = counts[path] ?? 0;
              return (
                <Link key={path} href={path} className={styles.item} aria-current={isAt(location, path) ? "page" : undefined}>
                  <Icon size={16} strokeWidth={1.8} aria-hidden />
                  <span>{nav.name}</span>
                  {waiting > 0 && (
                    <span className={styles.count} title={`${waiting} need attention`}>
                      {waiting > 999 ? "999+" : waiting}
                    </span>
                  )}
                </Link>
              );
            })}
        </div>
      ))}
      <Preferences {...preferences} />
    </nav>
  );
}

function isAt(location: string, path: string): boolean {
  if (path === "/") return location === "/";
  if (path === "/status") return statusPaths.includes(location);
  return location === path || location.startsWith(`${path}/`);
}
