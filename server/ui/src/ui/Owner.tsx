import { Package } from "lucide-react";
import { Link } from "wouter";
import { refString, type Ref } from "../api/dropins.ts";
import styles from "./Owner.module.css";

/** Whose something is: a drop-in, or the base configuration. */
export function Owner({ of, otherwise }: { of: Ref | undefined; otherwise?: string }) {
  if (!of) return otherwise ? <span className={styles.none}>{otherwise}</span> : null;
  const ref = refString(of);
  return (
    <Link href={`/drop-ins?drop-in=${encodeURIComponent(ref)}`} className={styles.owner} title={`Drop-in ${ref}`}>
      <Package size={12} aria-hidden />
      <span>{ref}</span>
    </Link>
  );
}
