package operatorobjects_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

const serviceMonitor = `
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: api, namespace: shop}
spec:
`

const scrapeConfig = `
apiVersion: monitoring.coreos.com/v1alpha1
kind: ScrapeConfig
metadata: {name: api, namespace: shop}
spec:
`

const alertmanagerConfig = `
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata: {name: api, namespace: shop}
spec:
`

func TestRefused(t *testing.T) {
	for name, test := range map[string]struct {
		manifest string
		code     dropin.Code
		message  string // part of it
	}{
		"bearer token file": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a}, {port: b, bearerTokenFile: /token}]}`,
			dropin.CodeFileAccess, "spec.endpoints[1].bearerTokenFile names a file",
		},
		"CA file": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a, tlsConfig: {caFile: /ca.crt}}]}`,
			dropin.CodeFileAccess, "spec.endpoints[0].tlsConfig.caFile",
		},
		"file discovery": {
			scrapeConfig + `  {fileSDConfigs: [{files: [/a.json]}]}`,
			dropin.CodeFileAccess, "spec.fileSDConfigs reads files",
		},
		"receiver's token file": {
			alertmanagerConfig + `  {route: {receiver: a}, receivers: [{name: a, telegramConfigs: [{chatID: 1, botTokenFile: /token}]}]}`,
			dropin.CodeFileAccess, "spec.receivers[0].telegramConfigs[0].botTokenFile",
		},
		"all namespaces": {
			serviceMonitor + `  {selector: {}, namespaceSelector: {any: true}, endpoints: [{port: a}]}`,
			dropin.CodeForeignNamespace, "spec.namespaceSelector.any",
		},
		"another namespace": {
			serviceMonitor + `  {selector: {}, namespaceSelector: {matchNames: [shop, other]}, endpoints: [{port: a}]}`,
			dropin.CodeForeignNamespace, `spec.namespaceSelector.matchNames[1] discovers namespace "other"`,
		},
		"no such Secret": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a, authorization: {credentials: {name: gone, key: k}}}]}`,
			dropin.CodeMissingReference, "spec.endpoints[0].authorization.credentials refers to Secret shop/gone, which does not exist",
		},
		"no such key": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a, tlsConfig: {ca: {configMap: {name: trust, key: gone}}}}]}`,
			dropin.CodeMissingReference, `spec.endpoints[0].tlsConfig.ca.configMap refers to the key "gone" of ConfigMap shop/trust`,
		},
		"no certificate": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a, tlsConfig: {ca: {secret: {name: login, key: user}}}}]}`,
			dropin.CodeObjectInvalid, "failed to decode PEM block",
		},
		"timeout over the global interval": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a, scrapeTimeout: 2m}]}`,
			dropin.CodeObjectInvalid, `scrapeTimeout "2m" greater than scrapeInterval "1m"`,
		},
		"relabeling": {
			serviceMonitor + `  {selector: {}, endpoints: [{port: a, relabelings: [{regex: "(", targetLabel: x}]}]}`,
			dropin.CodeObjectInvalid, "endpoints[0]: relabelConfigs",
		},
		"no such scrape class": {
			serviceMonitor + `  {selector: {}, scrapeClass: mesh, endpoints: [{port: a}]}`,
			dropin.CodeObjectInvalid, `scrapeClass "mesh" not found`,
		},
		"sharding of its own": {
			scrapeConfig + `
  staticConfigs: [{targets: ["a:80"]}]
  relabelings:
  - {sourceLabels: [__address__], modulus: 3, targetLabel: __tmp_hash, action: hashmod}
  - {sourceLabels: [__tmp_hash], regex: "$(SHARD)", action: keep}`,
			dropin.CodeOperatorVariable, "$(SHARD)",
		},
		"name too long": {
			strings.Replace(serviceMonitor, "name: api", "name: "+strings.Repeat("a", 240), 1) + `  {selector: {}, endpoints: [{port: a}]}`,
			dropin.CodeNameTooLong, "255 are allowed",
		},
		"receiver that does not exist": {
			alertmanagerConfig + `  {route: {receiver: gone}, receivers: [{name: a}]}`,
			dropin.CodeObjectInvalid, `"gone"`,
		},
		"receiver without what only a global section could give": {
			alertmanagerConfig + `  {route: {receiver: a}, receivers: [{name: a, emailConfigs: [{to: a@b.example}]}]}`,
			dropin.CodeObjectInvalid, "smarthost",
		},
		"receiver's Secret": {
			alertmanagerConfig + `  {route: {receiver: a}, receivers: [{name: a, slackConfigs: [{channel: c, apiURL: {name: gone, key: url}}]}]}`,
			dropin.CodeMissingReference, "spec.receivers[0].slackConfigs[0].apiURL refers to Secret shop/gone",
		},
		"receiver's certificate": {
			alertmanagerConfig + `  {route: {receiver: a}, receivers: [{name: a, webhookConfigs: [{url: "http://a", httpConfig: {tlsConfig: {ca: {secret: {name: login, key: user}}}}}]}]}`,
			dropin.CodeObjectInvalid, "spec.receivers[0].webhookConfigs[0].httpConfig.tlsConfig",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := objects(t, []byte(test.manifest))[0]
			res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: shop(t)})
			if err != nil {
				t.Fatal(err)
			}
			if len(res.Problems) != 1 || len(res.Items) != 0 {
				t.Fatalf("%d items, problems %v", len(res.Items), res.Problems)
			}
			pr := res.Problems[0]
			if pr.Code != test.code || !strings.Contains(pr.Message, test.message) || pr.Remedy == "" {
				t.Errorf("problem %s", pr)
			}
			if pr.Ref.Namespace != "shop" || pr.Ref.Key == "" || pr.Kind == "" {
				t.Errorf("the problem is about %s, %q", pr.Ref, pr.Kind)
			}
		})
	}
}

// TestAllProblemsAtOnce: who mends one thing must not learn of the next only then.
func TestAllProblemsAtOnce(t *testing.T) {
	o := objects(t, []byte(serviceMonitor+`
  selector: {}
  namespaceSelector: {any: true}
  endpoints:
  - {port: a, bearerTokenFile: /token}
  - {port: b, basicAuth: {username: {name: gone, key: a}, password: {name: gone, key: b}}}`))[0]
	res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: shop(t)})
	if err != nil || len(res.Problems) != 4 {
		t.Errorf("%v, problems %v", err, res.Problems)
	}
}

func TestTrustedMayDoMore(t *testing.T) {
	for _, o := range file(t, "servicemonitors.yaml") {
		if o.GetNamespace() != trusted {
			continue
		}
		opts := operatorobjects.DefaultOptions()
		res, err := operatorobjects.New(opts).Convert(operatorobjects.Input{Object: o})
		if err != nil || len(res.Problems) == 0 {
			t.Errorf("%s passes without trust: %v", o.GetName(), err)
		}
	}
}

// TestNotNow: a lookup that fails is nobody's fault and no problem of the object.
func TestNotNow(t *testing.T) {
	down := errors.New("no route to host")
	o := objects(t, []byte(serviceMonitor+`  {selector: {}, endpoints: [{port: a, authorization: {credentials: {name: login, key: token}}}]}`))[0]
	res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: &cluster{down: down}})
	if !errors.Is(err, down) || len(res.Problems) != 0 || len(res.References) != 1 {
		t.Errorf("%v, %+v", err, res)
	}
}

func TestForbidden(t *testing.T) {
	o := objects(t, []byte(serviceMonitor+`  {selector: {}, endpoints: [{port: a, authorization: {credentials: {name: login, key: token}}}]}`))[0]
	res, err := operatorobjects.New(options()).Convert(operatorobjects.Input{Object: o, Lookup: &cluster{forbidden: true}})
	if err != nil || len(res.Problems) != 1 || !strings.Contains(res.Problems[0].Message, "may not read") {
		t.Errorf("%v, %v", err, res.Problems)
	}
}
