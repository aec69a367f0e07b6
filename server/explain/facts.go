package explain

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Cluster shows Kubernetes objects that are watched anyway. Resources are
// "pods", "services", "nodes" and "ingresses".
type Cluster interface {
	// Object returns nil if there is none. watched says whether it would be
	// seen if there were.
	Object(resource, namespace, name string) (o metav1.Object, watched bool)
	// Objects are those of a namespace that are watched.
	Objects(resource, namespace string) []metav1.Object
}

// facts are what is known of the object itself, whatever the jobs are.
type facts struct {
	exists bool
	// blocked is why no job can have a target of it, empty if nothing is
	// known to be in the way.
	blocked string
	// remedy is what to do if no job has found a target of it.
	remedy  string
	remarks []string
	pod     *corev1.Pod
	service *corev1.Service
	// unselected says that Services are watched and none selects the pod.
	unselected bool
}

func factsOf(o Object, c Cluster) facts {
	if o.Kind == Address {
		return facts{}
	}
	resource := string(o.Kind) + "s"
	if o.Kind == Ingress {
		resource = "ingresses"
	}
	found, watched := c.Object(resource, o.Namespace, o.Name)
	f := facts{exists: found != nil}
	switch found := found.(type) {
	case nil:
		if watched {
			f.blocked = "there is no such " + string(o.Kind)
			f.remedy = "Check name and namespace. A workload's pods have names of their own: kubectl get pods -n " + o.Namespace
			if o.Namespace == "" {
				f.remedy = "Check the name."
			}
		}
	case *corev1.Pod:
		f.pod = found
		f.ofPod(c)
	case *corev1.Service:
		f.service = found
		f.ofService(c)
	}
	return f
}

func (f *facts) ofPod(c Cluster) {
	p := f.pod
	phase := string(p.Status.Phase)
	switch {
	case p.Status.PodIP == "":
		f.blocked = "the pod has no IP, its phase is " + phase
		f.remedy = "Without an IP there is nothing to scrape: see the events of kubectl describe pod."
	case p.Status.Phase != corev1.PodRunning:
		f.remarks = append(f.remarks, "the pod is not running, its phase is "+phase)
	case !ready(p):
		f.remarks = append(f.remarks, "the pod is not ready")
	}
	for _, ctr := range p.Spec.Containers {
		if len(ctr.Ports) == 0 {
			f.remarks = append(f.remarks, fmt.Sprintf("container %s declares no port, so discovery by pod gives it an address without one", ctr.Name))
		}
	}
	if _, watched := c.Object("services", p.Namespace, ""); watched {
		f.unselected = !slices.ContainsFunc(c.Objects("services", p.Namespace), func(o metav1.Object) bool {
			s, ok := o.(*corev1.Service)
			return ok && selects(s, p)
		})
	}
}

func (f *facts) ofService(c Cluster) {
	s := f.service
	pods := c.Objects("pods", s.Namespace)
	if len(s.Spec.Selector) == 0 || pods == nil {
		return
	}
	selected, unready := 0, 0
	for _, o := range pods {
		if p, ok := o.(*corev1.Pod); ok && selects(s, p) {
			selected++
			if !ready(p) {
				unready++
			}
		}
	}
	switch {
	case selected == 0:
		f.remarks = append(f.remarks, fmt.Sprintf("the Service has no endpoints: no pod has the labels it selects, %s", labels.SelectorFromSet(s.Spec.Selector)))
		f.remedy = "Correct the Service's selector or the pods' labels."
	case selected == unready:
		f.remarks = append(f.remarks, fmt.Sprintf("none of the %d pods behind the Service is ready", selected))
	}
}

func selects(s *corev1.Service, p *corev1.Pod) bool {
	return len(s.Spec.Selector) > 0 && labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(p.Labels))
}

func ready(p *corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

// portNames are those a pod's containers or a Service declare, for a remedy.
func (f *facts) portNames(ofService bool) string {
	var names []string
	add := func(name string) {
		if name == "" {
			name = "one without a name"
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	switch {
	case ofService && f.service != nil:
		for _, p := range f.service.Spec.Ports {
			add(p.Name)
		}
	case !ofService && f.pod != nil:
		for _, ctr := range f.pod.Spec.Containers {
			for _, p := range ctr.Ports {
				add(p.Name)
			}
		}
	}
	if names == nil {
		return ""
	}
	return " (it has " + strings.Join(names, ", ") + ")"
}
