package dropin

import (
	"fmt"
	"slices"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/kubernetes"
	"go.yaml.in/yaml/v3"
)

// remedyTrust names the value that lifts a restriction of tenants.
const remedyTrust = "The platform team can allow it by listing the namespace in the chart value dropIns.trustedNamespaces."

// trusts says whether drop-ins of the namespace act for the platform team.
func (p Policy) trusts(namespace string) bool { return slices.Contains(p.Trusted, namespace) }

// checkJob looks at what a valid job would do: nobody may ask for what cannot
// work, and a tenant not for what is not theirs.
func checkJob(job *config.ScrapeConfig, node *yaml.Node, it Item, p Policy) []Problem {
	var problems []Problem
	trusted := p.trusts(it.Ref.Namespace)
	walkFields(job, func(f field) {
		f.path = asWritten(f.path, node)
		switch {
		case f.isFile() && !trusted:
			problems = append(problems, Problem{
				Line: lineOf(node, f.path...), Code: CodeFileAccess,
				Message: fmt.Sprintf("%s names a file on the server", quote(f.name())),
				Remedy:  "Write the value itself into the drop-in. " + remedyTrust,
			})
		case f.isSecretRef():
			problems = append(problems, Problem{
				Line: lineOf(node, f.path...), Code: CodeSecretRef,
				Message: fmt.Sprintf("%s refers to a secret manager, and the server has none", quote(f.name())),
				Remedy:  fmt.Sprintf("Use %s instead.", strings.TrimSuffix(f.name(), "_ref")),
			})
		default:
			if tls, ok := f.value.Interface().(promconfig.TLSConfig); ok {
				if err := tryTLS(tls); err != nil {
					problems = append(problems, Problem{
						Line: lineOf(node, f.path...), Code: CodeBadHTTPClient,
						Message: err.Error(),
						Remedy:  "Certificates and keys are PEM; a certificate needs its key.",
					})
				}
			}
		}
	})
	if !trusted {
		problems = append(problems, checkDiscoveries(job, node, it.Ref.Namespace)...)
	}
	return problems
}

// tryTLS builds what the server would build, as long as that reads no file:
// the server's scrape manager only logs when it cannot, and the job would be
// silently absent.
func tryTLS(c promconfig.TLSConfig) error {
	if c.CAFile != "" || c.CertFile != "" || c.KeyFile != "" || c.CARef != "" || c.CertRef != "" || c.KeyRef != "" {
		return nil
	}
	_, err := promconfig.NewTLSConfig(&c)
	return err
}

// checkDiscoveries holds a tenant's discoveries to what is theirs. Those that
// are not listed here would act with the server's identity, be it a file, a
// node's cloud role or another system's token.
func checkDiscoveries(job *config.ScrapeConfig, node *yaml.Node, namespace string) []Problem {
	var problems []Problem
	seen := map[string]int{}
	for _, sd := range job.ServiceDiscoveryConfigs {
		name := sd.Name() + "_sd_configs"
		path := []string{name, fmt.Sprint(seen[name])}
		seen[name]++
		switch sd := sd.(type) {
		case *kubernetes.SDConfig:
			problems = append(problems, checkKubernetes(sd, node, path, namespace)...)
		default:
			if pr := checkDiscovery(sd, node, path); pr != nil {
				problems = append(problems, *pr)
			}
		}
	}
	return problems
}

func checkDiscovery(sd discovery.Config, node *yaml.Node, path []string) *Problem {
	switch sd.Name() {
	case "static", "dns", "http":
		return nil
	case "file":
		return &Problem{
			Line: lineOf(node, path...), Code: CodeFileAccess,
			Message: "file_sd_configs reads files on the server",
			Remedy:  "Use static_configs or http_sd_configs. " + remedyTrust,
		}
	}
	return &Problem{
		Line: lineOf(node, path...), Code: CodeServerIdentity,
		Message: path[0] + " may act with the identity of the server",
		Remedy:  remedyTrust,
	}
}

func checkKubernetes(sd *kubernetes.SDConfig, node *yaml.Node, path []string, namespace string) []Problem {
	if sd.APIServer.URL != nil {
		return nil
	}
	at := func(steps ...string) int { return lineOf(node, append(slices.Clone(path), steps...)...) }
	var problems []Problem
	if sd.Role == kubernetes.RoleNode {
		problems = append(problems, Problem{
			Line: at("role"), Code: CodeClusterDiscovery,
			Message: "role node discovers objects of the whole cluster",
			Remedy:  "Discover pods, services, endpointslices or ingresses of your namespace. " + remedyTrust,
		})
	}
	if sd.NamespaceDiscovery.IncludeOwnNamespace {
		problems = append(problems, Problem{
			Line: at("namespaces", "own_namespace"), Code: CodeForeignNamespace,
			Message: "own_namespace is the namespace of the server, not that of the drop-in",
			Remedy:  "Leave it out: discovery is in the drop-in's namespace anyway. " + remedyTrust,
		})
	}
	for i, name := range sd.NamespaceDiscovery.Names {
		if name != namespace {
			problems = append(problems, Problem{
				Line: at("namespaces", "names", fmt.Sprint(i)), Code: CodeForeignNamespace,
				Message: fmt.Sprintf("discovery in namespace %s from namespace %s", quote(name), quote(namespace)),
				Remedy:  "Leave namespaces out to discover your own. " + remedyTrust,
			})
		}
	}
	return problems
}

// asWritten returns the path at which an author wrote a field. Upstream moves
// the old bearer_token_file to where it belongs now.
func asWritten(path []string, node *yaml.Node) []string {
	n := len(path) - 2
	if n < 0 || path[n] != "authorization" || path[n+1] != "credentials_file" {
		return path
	}
	at := node
	for _, step := range path[:n] {
		if at = child(at, step); at == nil {
			return path
		}
	}
	if valueAt(at, "bearer_token_file") == nil {
		return path
	}
	return join(path[:n], "bearer_token_file")
}
