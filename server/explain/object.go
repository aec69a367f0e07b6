package explain

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// Kind is what an [Object] is.
type Kind string

// All kinds. Unknown is what is named by namespace and name alone: the pod of
// that name, or the Service if there is no such pod.
const (
	Unknown Kind = ""
	Pod     Kind = "pod"
	Service Kind = "service"
	Node    Kind = "node"
	Ingress Kind = "ingress"
	Address Kind = "address"
)

// Object is what is asked about.
type Object struct {
	Kind      Kind   `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	// Name of the object, or the address itself: a host, or host and port.
	Name string `json:"name"`

	asked string
}

// ErrNoObject says that a text names no object.
var ErrNoObject = errors.New("write NAMESPACE/NAME, pod/NAMESPACE/NAME, service/NAMESPACE/NAME, ingress/NAMESPACE/NAME, node/NAME or IP:PORT")

// Parse reads what people write: NAMESPACE/NAME, KIND/NAMESPACE/NAME,
// node/NAME, HOST:PORT or an IP. Any error is [ErrNoObject].
func Parse(s string) (Object, error) {
	parts := strings.Split(s, "/")
	for _, p := range parts {
		if p == "" {
			return Object{}, fmt.Errorf("%q: %w", s, ErrNoObject)
		}
	}
	o := Object{asked: s}
	switch {
	case len(parts) == 1 && (net.ParseIP(s) != nil || strings.Contains(s, ":")):
		o.Kind, o.Name = Address, s
	case len(parts) == 2 && kindOf(parts[0]) == Node:
		o.Kind, o.Name = Node, parts[1]
	case len(parts) == 2:
		o.Namespace, o.Name = parts[0], parts[1]
	case len(parts) == 3 && kindOf(parts[0]) != Unknown && kindOf(parts[0]) != Node:
		o.Kind, o.Namespace, o.Name = kindOf(parts[0]), parts[1], parts[2]
	default:
		return Object{}, fmt.Errorf("%q: %w", s, ErrNoObject)
	}
	return o, nil
}

// kindOf understands what kubectl does.
func kindOf(s string) Kind {
	switch strings.ToLower(s) {
	case "pod", "pods", "po":
		return Pod
	case "service", "services", "svc":
		return Service
	case "node", "nodes", "no":
		return Node
	case "ingress", "ingresses", "ing":
		return Ingress
	}
	return Unknown
}

// String is the object as it can be asked for again.
func (o Object) String() string {
	switch {
	case o.Kind == Address:
		return o.Name
	case o.Kind == Node:
		return "node/" + o.Name
	case o.Kind == Unknown:
		return o.Namespace + "/" + o.Name
	}
	return string(o.Kind) + "/" + o.Namespace + "/" + o.Name
}

// resolve decides what is meant by a namespace and a name alone.
func (o Object) resolve(c Cluster, jobs []Job) Object {
	if o.Kind != Unknown {
		return o
	}
	for _, k := range []Kind{Pod, Service} {
		o.Kind = k
		if found, _ := c.Object(string(k)+"s", o.Namespace, o.Name); found != nil || o.isTarget(jobs) {
			return o
		}
	}
	o.Kind = Pod
	return o
}

// isTarget says whether some group has a target of the object. Objects of
// another cluster are seen only so.
func (o Object) isTarget(jobs []Job) bool {
	for i := range jobs {
		for _, g := range jobs[i].Groups {
			if len(o.targetsIn(g)) > 0 {
				return true
			}
		}
	}
	return false
}

// What upstream calls its labels (discovery/kubernetes).
const (
	meta                = model.MetaLabelPrefix + "kubernetes_"
	metaNamespace       = meta + "namespace"
	metaPodName         = meta + "pod_name"
	metaServiceName     = meta + "service_name"
	metaIngressName     = meta + "ingress_name"
	metaNodeName        = meta + "node_name"
	sliceTargetKind     = meta + "endpointslice_address_target_kind"
	sliceTargetName     = meta + "endpointslice_address_target_name"
	endpointsTargetKind = meta + "endpoint_address_target_kind"
	endpointsTargetName = meta + "endpoint_address_target_name"
)

// targetsIn returns which targets of a group are the object, by their index.
func (o Object) targetsIn(g *targetgroup.Group) (out []int) {
	if o.Namespace != "" && g.Labels[metaNamespace] != model.LabelValue(o.Namespace) {
		return nil
	}
	for i, t := range g.Targets {
		value := func(name model.LabelName) string {
			if v, ok := t[name]; ok {
				return string(v)
			}
			return string(g.Labels[name])
		}
		refers := func(kind string) bool {
			return value(sliceTargetKind) == kind && value(sliceTargetName) == o.Name ||
				value(endpointsTargetKind) == kind && value(endpointsTargetName) == o.Name
		}
		var is bool
		switch o.Kind {
		case Pod:
			is = value(metaPodName) == o.Name || refers("Pod")
		case Service:
			is = value(metaServiceName) == o.Name
		case Ingress:
			is = value(metaIngressName) == o.Name
		case Node:
			// Attached node metadata has the same labels, but then the target is a pod.
			is = value(metaNodeName) == o.Name && value(metaPodName) == "" && value(metaNamespace) == "" || refers("Node")
		case Address:
			// The port is compared after relabeling, which may set it.
			is = host(value(model.AddressLabel)) == host(o.Name)
		}
		if is {
			out = append(out, i)
		}
	}
	return out
}

func host(addr string) string {
	if h, _, err := net.SplitHostPort(addr); err == nil {
		return h
	}
	return addr
}

// hasPort says whether the address asked for has one.
func (o Object) hasPort() bool {
	_, _, err := net.SplitHostPort(o.Name)
	return o.Kind == Address && err == nil
}
