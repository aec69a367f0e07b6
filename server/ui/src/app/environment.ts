/** What the server says about itself in the page it serves. */
export interface Environment {
  /** The server only scrapes and forwards: no queries, rules or storage. */
  agent: boolean;
  /** Where people reach Alertmanager; empty if the server does not know. */
  alertmanagerURL: string;
  /** Lets the editor add its styles under the Content-Security-Policy. */
  nonce: string;
}

function read(): Environment {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="kube-monitoring-stack"]');
  const said = JSON.parse(meta?.content || "{}") as Partial<Environment>;
  return { agent: said.agent ?? false, alertmanagerURL: said.alertmanagerURL ?? "", nonce: meta?.nonce ?? "" };
}

export const environment = read();
