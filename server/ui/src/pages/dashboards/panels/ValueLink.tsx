import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Labels } from "../../../promql/series.ts";
import { localAddress } from "../links.ts";
import type { Link as DataLink } from "../model/types.ts";
import { interpolate, type Environment } from "../variables/interpolate.ts";

interface Props {
  links: DataLink[] | undefined;
  env: Environment;
  labels: Labels;
  value: string;
  children: ReactNode;
}

/** A value that leads where its author wants; the first link counts. */
export function ValueLink({ links, env, labels, value, children }: Props) {
  const link = links?.[0];
  if (!link) return children;
  const filled = link.url
    .replace(/\$\{__value\.(?:raw|text|numeric)\}/g, encodeURIComponent(value))
    .replace(/\$\{__(?:data\.fields|field\.labels)(?:\.([\w]+)|\["?(.+?)"?\])\}/g, (_all, dot: string | undefined, bracket: string | undefined) => encodeURIComponent(labels[dot ?? bracket ?? ""] ?? ""));
  const address = localAddress(interpolate(filled, env, "url"), env);
  if (address === null) return children;
  return address.local ? (
    <Link href={address.href} title={link.title}>
      {children}
    </Link>
  ) : (
    <a href={address.href} target="_blank" rel="noreferrer" title={link.title}>
      {children}
    </a>
  );
}
