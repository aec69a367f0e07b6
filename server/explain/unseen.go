package explain

import (
	"fmt"
	"slices"
	"strings"

	sdk8s "github.com/prometheus/prometheus/discovery/kubernetes"
	"k8s.io/apimachinery/pkg/labels"
)

// unseen says why a job's discovery has no target of the object.
func (w *walker) unseen(j *Job, v *JobVerdict) {
	v.verdict(Unseen, "has found no target of it")
	var roles []string
	for _, c := range j.Config.ServiceDiscoveryConfigs {
		k, ok := c.(*sdk8s.SDConfig)
		if !ok {
			roles = append(roles, c.Name()+"_sd_configs")
			continue
		}
		roles = append(roles, "role "+string(k.Role))
		if !shows(k.Role, w.object.Kind) {
			continue
		}
		names := k.NamespaceDiscovery.Names
		foreign := w.object.Namespace != "" && len(names) > 0 && !slices.Contains(names, w.object.Namespace)
		if k.NamespaceDiscovery.IncludeOwnNamespace {
			foreign = false // which namespace that is, the watch knows
		}
		switch {
		case foreign:
			v.verdict(Foreign, "discovers only namespaces "+strings.Join(names, ", "))
			v.score.tier = 0 // whether relabeling would keep it is not known
		case w.unselectedBy(k) != "":
			v.verdict(Unseen, "discovers only what its selector "+w.unselectedBy(k)+" matches")
			return
		default:
			if byEndpoints(k.Role) && w.object.Kind == Pod {
				w.byEndpoints++
			}
			v.verdict(Unseen, fmt.Sprintf("discovers by role %s, and has found no target of it", k.Role))
			return
		}
	}
	if v.Cause != Foreign && w.object.Kind != Address {
		v.Reason = fmt.Sprintf("does not discover a %s: its discovery is by %s", w.object.Kind, strings.Join(slices.Compact(roles), ", "))
		if len(roles) == 0 {
			v.Reason = "has no discovery at all"
		}
	}
}

// unselectedBy returns the selector of a discovery that does not match the
// object, as far as its labels are known.
func (w *walker) unselectedBy(k *sdk8s.SDConfig) string {
	var has labels.Set
	switch {
	case w.facts.pod != nil:
		has = w.facts.pod.Labels
	case w.facts.service != nil:
		has = w.facts.service.Labels
	default:
		return ""
	}
	for _, s := range k.Selectors {
		if string(s.Role) != string(w.object.Kind) {
			continue
		}
		if sel, err := labels.Parse(s.Label); err == nil && !sel.Matches(has) {
			return s.Label
		}
	}
	return ""
}

// shows says whether a role makes targets of objects of a kind.
func shows(r sdk8s.Role, k Kind) bool {
	switch k {
	case Pod:
		return r == sdk8s.RolePod || byEndpoints(r)
	case Service:
		return r == sdk8s.RoleService || byEndpoints(r)
	case Node:
		return r == sdk8s.RoleNode || byEndpoints(r)
	case Ingress:
		return r == sdk8s.RoleIngress
	}
	return true
}

func byEndpoints(r sdk8s.Role) bool {
	return r == sdk8s.RoleEndpoint || r == sdk8s.RoleEndpointSlice
}

// remarks are what only the walk through all jobs shows.
func (w *walker) remarks() (out []string) {
	if w.facts.unselected && w.byEndpoints > 0 {
		out = append(out, fmt.Sprintf("no Service selects the pod, and %d of the jobs discover pods behind Services only", w.byEndpoints))
	}
	if len(w.otherPorts) > 0 {
		slices.Sort(w.otherPorts)
		out = append(out, "at other ports of the host there are targets: "+strings.Join(slices.Compact(w.otherPorts), ", "))
	}
	return out
}
