import { Link } from "wouter";
import { Popover } from "../../ui/Popover.tsx";
import { localAddress, timeParams, variableParams } from "./links.ts";
import type { DashboardLink } from "./model/types.ts";
import type { PanelContext } from "./panels/usePanelData.ts";
import { useDashboards } from "./useDashboards.ts";
import { interpolate, type Environment } from "./variables/interpolate.ts";
import styles from "./DashboardLinks.module.css";

/** A dashboard's own links: to addresses, and to all dashboards with certain tags. */
export function DashboardLinks({ links, context }: { links: readonly DashboardLink[]; context: PanelContext }) {
  const dashboards = useDashboards();
  if (links.length === 0) return null;
  const env: Environment = { chosen: context.chosen, scope: {}, builtin: { __from: String(context.range.from), __to: String(context.range.to) } };
  const withParams = (href: string, link: DashboardLink) => {
    const extra = [link.keepTime ? timeParams(env) : "", link.includeVars ? variableParams(env) : ""].filter(Boolean).join("&");
    return extra === "" ? href : `${href}${href.includes("?") ? "&" : "?"}${extra}`;
  };
  return (
    <nav className={styles.links} aria-label="Related">
      {links.flatMap((link, i) => {
        if (link.tags) {
          const tags = link.tags;
          const related = (dashboards.data ?? []).filter((d) => tags.every((t) => d.tags.includes(t)));
          if (related.length === 0) return [];
          return [
            <Popover key={i} label={link.title || "Related"} button={link.title || "Related"}>
              {() => (
                <div className={styles.related}>
                  {related.map((d) => (
                    <Link key={d.uid} href={withParams(`/dashboards/${encodeURIComponent(d.uid)}`, link)}>
                      {d.title}
                    </Link>
                  ))}
                </div>
              )}
            </Popover>,
          ];
        }
        const address = localAddress(interpolate(link.url, env, "url"), env);
        if (!address) return [];
        return address.local ? (
          <Link key={i} href={withParams(address.href, link)}>
            {link.title}
          </Link>
        ) : (
          <a key={i} href={address.href} target="_blank" rel="noreferrer">
            {link.title}
          </a>
        );
      })}
    </nav>
  );
}
