/** A cluster too large to have: ten thousand targets as the API would list them. */
export function manyTargets(jobs: number, perJob: number): string {
  const now = new Date().toISOString();
  const activeTargets = [];
  for (let j = 0; j < jobs; j++) {
    for (let i = 0; i < perJob; i++) {
      const [namespace, pod, node] = [`team-${j % 40}`, `service-${j}-${(i * 7919).toString(36)}`, `node-${i % 200}`];
      const address = `10.${j % 250}.${i % 250}.${(i * 3) % 250}:8080`;
      const down = (i * jobs + j) % 97 === 0;
      activeTargets.push({
        discoveredLabels: {
          __address__: address, __meta_kubernetes_namespace: namespace, __meta_kubernetes_pod_name: pod, __meta_kubernetes_pod_node_name: node, __meta_kubernetes_pod_ip: address.split(":")[0],
          __meta_kubernetes_pod_label_app: `service-${j}`, __meta_kubernetes_pod_label_pod_template_hash: "5c9f7d8b6", __meta_kubernetes_pod_phase: "Running", __meta_kubernetes_pod_ready: "true",
          __meta_kubernetes_pod_uid: `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`, __meta_kubernetes_pod_container_name: "app", __meta_kubernetes_pod_container_port_number: "8080",
          __metrics_path__: "/metrics", __scheme__: "http", __scrape_interval__: "30s", __scrape_timeout__: "10s", job: `${namespace}/service-${j}/scrape.yaml/service-${j}`,
        },
        labels: { instance: address, job: `service-${j}`, namespace, pod, node, container: "app" },
        scrapePool: `${namespace}/service-${j}/scrape.yaml/service-${j}`,
        scrapeUrl: `http://${address}/metrics`,
        globalUrl: `http://${address}/metrics`,
        lastError: down ? `Get "http://${address}/metrics": context deadline exceeded` : "",
        lastScrape: now, lastScrapeDuration: 0.0123, health: down ? "down" : "up", scrapeInterval: "30s", scrapeTimeout: "10s",
      });
    }
  }
  return JSON.stringify({ status: "success", data: { activeTargets, droppedTargets: [], droppedTargetCounts: {} } });
}
