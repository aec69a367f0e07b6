/** The server is one that runs, for instance in the cluster of make up: SERVER says where. */
import type { TestProject } from "vitest/node";

export default function setup(project: TestProject): void {
  const server = process.env["SERVER"];
  if (!server) throw new Error("SERVER=http://… must name the server whose pages to open");
  const pages = server.endsWith("/") ? server : `${server}/`;
  project.provide("pages", pages);
  project.provide("prefixed", pages);
}
