package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// every stands for all panels of a dashboard that have no words of their own.
const every = ""

const (
	untoldVolumes = "The drivers of these volumes tell nothing of them"
	uncountedDisk = "The node does not count what containers read and write"
)

// whenEmpty is what a panel says where it would say "No data", by dashboard and
// title: on most clusters some have nothing to show, and for a good reason.
var whenEmpty = map[string]map[string]string{
	"alertmanager": {
		"Notifications": "No notification was sent", "Failed notifications": "No notification failed", "Time of a notification": "No notification was sent",
		"Members": "One Alertmanager has no fellows", "Messages waiting": "One Alertmanager has no fellows",
	},
	"api-server": {"Turned away": "No request was turned away", "Webhooks": "No admission webhook was called"},
	"container": {
		"CPU of its request": "No request", "CPU of its limit": "No limit", "Memory of its request": "No request", "Memory of its limit": "No limit",
		"Held back by the CPU limit": "It has no CPU limit", "Disk": uncountedDisk, "Waits and ends": "It neither waited nor ended",
	},
	"controller-manager": {every: "No controller manager is scraped"},
	"core-dns": {
		"From the cache": "Not asked", "Cache": "The cache was not asked", "Answers kept": "The cache keeps nothing",
		"Time of other servers": "No other server was asked",
	},
	"drop-ins": {"Budget used": "No drop-in has a budget", "Problems": "0"},
	"etcd":     {every: "No etcd is scraped", "Way between members": "One member alone has none", "Failed requests": "No request failed"},
	"kube-proxy": {
		every: "No kube-proxy is scraped", "Time until in force": "No endpoint has changed", "Rules": "None of iptables",
	},
	"kubelet":      {"Failed operations": "No operation failed", "Failed volumes": "No operation on a volume failed", "Time of volumes": "No operation on a volume"},
	"namespace":    {"Quota": "The namespace has no quota", "Volumes": untoldVolumes},
	"pod":          {"Disk": uncountedDisk, "Held back by the CPU limit": "No container has a CPU limit"},
	"remote-write": {every: "Nothing is sent by remote write"},
	"scheduler":    {every: "No scheduler is scraped", "Why pods fit nowhere": "Every pod fits somewhere"},
	"server": {
		"Rules that fail": "No rule fails", "Queries ended": "No query was ended", "Samples sent on": "Nothing is sent by remote write",
	},
	"volumes": {
		"Fullest": "Not told", "Fullest by files": "Not told", "Space used": untoldVolumes, "Inodes used": untoldVolumes, "Space free": untoldVolumes,
		"Claims": "None", "Claims without a volume": "None", "Size": "There is no claim",
	},
	"windows": {every: "No Windows node is scraped"},
}

// explainEmpty writes these words into the panels of a dashboard.
func explainEmpty(name string, data []byte) ([]byte, error) {
	words := whenEmpty[name]
	if words == nil {
		return data, nil
	}
	var d map[string]any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("say why panels are empty: %w", err)
	}
	sayEmpty(d["panels"], words)
	return json.Marshal(d)
}

func sayEmpty(panels any, words map[string]string) {
	list, _ := panels.([]any)
	for _, p := range list {
		panel, _ := p.(map[string]any)
		sayEmpty(panel["panels"], words)
		title, _ := panel["title"].(string)
		text, ok := words[title]
		if !ok {
			text = words[every]
		}
		config, _ := panel["fieldConfig"].(map[string]any)
		defaults, _ := config["defaults"].(map[string]any)
		if text != "" && defaults != nil {
			defaults["noValue"] = text
		}
	}
}
