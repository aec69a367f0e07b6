import { Activity, BellRing, Database, Gauge, LayoutDashboard, ListChecks, Package, Radar, Route, Server, type LucideIcon } from "lucide-react";
import type { ComponentType, LazyExoticComponent } from "react";
import { page } from "./code.ts";
import { Overview } from "../pages/overview/Overview.tsx";

type PageComponent = ComponentType | LazyExoticComponent<ComponentType>;

export interface PageRoute {
  path: string;
  page: PageComponent;
  /** Absent for what is reached from another page. */
  nav?: {
    name: string;
    group: "" | "Explore" | "Alerting" | "Collection" | "Server";
    icon: LucideIcon;
    /** Goes there after "g". */
    key: string;
  };
  /** An agent has neither queries nor rules nor a database. */
  notInAgent?: boolean;
}

const StatusPage = page(() => import("../pages/status/StatusPage.tsx"));

/** The pages. Those that Prometheus has too are where Prometheus has them: alert links and bookmarks lead there. */
export const routes: PageRoute[] = [
  { path: "/", page: Overview, nav: { name: "Overview", group: "", icon: Gauge, key: "o" } },
  {
    path: "/query",
    page: page(() => import("../pages/query/QueryPage.tsx")),
    nav: { name: "Query", group: "Explore", icon: Activity, key: "q" },
    notInAgent: true,
  },
  {
    path: "/dashboards",
    page: page(() => import("../pages/dashboards/DashboardList.tsx")),
    nav: { name: "Dashboards", group: "Explore", icon: LayoutDashboard, key: "d" },
    notInAgent: true,
  },
  { path: "/dashboards/:uid", page: page(() => import("../pages/dashboards/DashboardPage.tsx")), notInAgent: true },
  {
    path: "/alerts",
    page: page(() => import("../pages/alerts/AlertsPage.tsx")),
    nav: { name: "Alerts", group: "Alerting", icon: BellRing, key: "a" },
    notInAgent: true,
  },
  {
    path: "/rules",
    page: page(() => import("../pages/rules/RulesPage.tsx")),
    nav: { name: "Rules", group: "Alerting", icon: ListChecks, key: "r" },
    notInAgent: true,
  },
  {
    path: "/targets",
    page: page(() => import("../pages/targets/TargetsPage.tsx")),
    nav: { name: "Targets", group: "Collection", icon: Radar, key: "t" },
  },
  {
    path: "/drop-ins",
    page: page(() => import("../pages/dropins/DropInsPage.tsx")),
    nav: { name: "Drop-ins", group: "Collection", icon: Package, key: "i" },
  },
  {
    path: "/explain",
    page: page(() => import("../pages/explain/ExplainPage.tsx")),
    nav: { name: "Explain", group: "Collection", icon: Route, key: "e" },
  },
  {
    path: "/tsdb-status",
    page: page(() => import("../pages/tsdb/TsdbPage.tsx")),
    nav: { name: "TSDB", group: "Server", icon: Database, key: "b" },
    notInAgent: true,
  },
  { path: "/status", page: StatusPage, nav: { name: "Status", group: "Server", icon: Server, key: "s" } },
  { path: "/config", page: StatusPage },
  { path: "/flags", page: StatusPage },
  { path: "/service-discovery", page: StatusPage },
  { path: "/alertmanager-discovery", page: StatusPage },
  { path: "/remote-write", page: StatusPage },
];

/** Where older Prometheus versions, and links made for Grafana, expect a page. */
export const aliases: Record<string, string> = {
  "/graph": "/query",
  "/agent": "/",
  "/d/:uid": "/dashboards/:uid",
  "/d/:uid/:slug": "/dashboards/:uid",
  "/classic/:page": "/:page",
  "/new/:page": "/:page",
};
