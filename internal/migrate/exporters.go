package migrate

import "fmt"

// exporterRules are those of node-exporter and kube-state-metrics.
func exporterRules() map[string]rule {
	const node, ksm = "prometheus-node-exporter.", "kube-state-metrics."
	out := map[string]rule{
		node + "extraArgs":                 to("nodeExporter.extraArgs"),
		node + "service.port":              to("nodeExporter.port"),
		node + "service.targetPort":        needless("it is the port"),
		node + "service":                   servicePort("nodeExporter.port"),
		node + "image":                     none("The image is nodeExporter.image."),
		node + "prometheus":                needless("it is scraped; nodeExporter.scrape is merged into the job"),
		node + "podLabels":                 none("Labels for every object are commonLabels."),
		node + "rbac":                      none("It needs no rights."),
		node + "hostRootFsMount":           needless("the root file system is mounted"),
		ksm + "collectors":                 to("kubeStateMetrics.collectors"),
		ksm + "metricAllowlist":            to("kubeStateMetrics.metricAllowlist"),
		ksm + "metricDenylist":             to("kubeStateMetrics.metricDenylist"),
		ksm + "metricLabelsAllowlist":      to("kubeStateMetrics.labelsAllowlist"),
		ksm + "metricAnnotationsAllowList": to("kubeStateMetrics.annotationsAllowlist"),
		ksm + "extraArgs":                  to("kubeStateMetrics.extraArgs"),
		ksm + "prometheus":                 needless("it is scraped; kubeStateMetrics.scrape is merged into the job"),
		ksm + "releaseLabel":               needless("no label is needed to be scraped"),
		ksm + "rbac.create":                to("kubeStateMetrics.rbac.create"),
		ksm + "image":                      none("The image is kubeStateMetrics.image."),
		ksm + "selfMonitor":                needless("it is scraped"),
		ksm + "customResourceState":        none("Write --custom-resource-state-config=… into kubeStateMetrics.extraArgs and grant the rights by a ClusterRole of your own."),
		ksm + "autosharding":               none("There is one kube-state-metrics."),
		ksm + "replicas":                   mustBe(1, "There is one kube-state-metrics."),
	}
	delete(out, node+"service.port")
	delete(out, node+"service.targetPort")
	for path, r := range podRules(node, "nodeExporter") {
		out[path] = r
	}
	for path, r := range podRules(ksm, "kubeStateMetrics") {
		out[path] = r
	}
	return out
}

func servicePort(target string) rule {
	return func(m *migration, path string, value any) {
		service, _ := value.(map[string]any)
		for _, key := range sortedKeys(service) {
			if key == "port" {
				m.set(join(path, key), target, service[key])
			} else if key != "targetPort" && !isEmpty(service[key]) {
				m.left(join(path, key), "It is scraped by its pods and has no Service.")
			}
		}
	}
}

// jobRules are those of what is scraped of Kubernetes itself.
func jobRules() map[string]rule {
	out := map[string]rule{}
	for from, component := range map[string]string{
		"kubeApiServer": "apiServer", "kubelet": "kubelet", "kubeControllerManager": "controllerManager", "coreDns": "coreDns",
		"kubeEtcd": "etcd", "kubeScheduler": "scheduler", "kubeProxy": "kubeProxy",
	} {
		out[from+".enabled"] = jobSwitch(component)
		out[from+".endpoints"] = to(component + ".endpoints")
		out[from+".jobNameOverride"] = none("The job's name is in " + component + ".scrape.job_name.")
		out[from+".service"] = jobService(component)
		out[from+".serviceMonitor"] = jobMonitor(component)
	}
	delete(out, "kubelet.endpoints")
	delete(out, "kubeApiServer.endpoints")
	delete(out, "coreDns.endpoints")
	out["kubelet.namespace"] = needless("kubelets are found as nodes")
	out["kubeApiServer.tlsConfig"] = none("Write it into apiServer.scrape.tls_config.")
	out["kubeDns"] = none("kube-dns was replaced by CoreDNS; scrape it by a drop-in if you have it.")
	return out
}

// jobSwitch keeps "off" and leaves "on" to the platform's default: kube-prometheus-
// stack has it on where nothing is to be scraped.
func jobSwitch(component string) rule {
	return func(m *migration, path string, value any) {
		if value == false {
			m.set(path, component+".enabled", false)
			return
		}
		needless("what the platform has is scraped")(m, path, value)
	}
}

func jobService(component string) rule {
	return func(m *migration, path string, value any) {
		service, _ := value.(map[string]any)
		for _, key := range sortedKeys(service) {
			at, v := join(path, key), service[key]
			ported := component != "apiServer" && component != "kubelet" && component != "coreDns"
			switch {
			case isEmpty(v):
			case key == "targetPort" && ported, key == "port" && ported && service["targetPort"] == nil:
				m.set(at, component+".port", v)
			case key == "port", key == "targetPort", key == "enabled":
			case key == "selector" && component != "apiServer" && component != "kubelet":
				m.set(at, component+".selector", v)
			default:
				m.left(at, fmt.Sprintf("There is no Service; the job is changed in %s.scrape.", component))
			}
		}
	}
}

func jobMonitor(component string) rule {
	return func(m *migration, path string, value any) {
		monitor, _ := value.(map[string]any)
		for _, key := range sortedKeys(monitor) {
			at, v := join(path, key), monitor[key]
			switch key {
			case "enabled", "https", "additionalLabels":
			case "interval":
				if !isEmpty(v) {
					m.set(at, component+".scrape.scrape_interval", v)
				}
			case "insecureSkipVerify":
				if component == "apiServer" || component == "coreDns" {
					m.left(at, "Write it into "+component+".scrape.tls_config.")
				} else {
					m.set(at, component+".insecureSkipVerify", v)
				}
			case "metricRelabelings", "relabelings":
				if !isEmpty(v) {
					m.left(at, "Write it in Prometheus' format into "+component+".scrape.")
				}
			case "cAdvisorInterval":
				m.set(at, "kubelet.cadvisorInterval", v)
			default:
				if !isEmpty(v) {
					m.left(at, "Write it into "+component+".scrape if the job has an equal.")
				}
			}
		}
	}
}
