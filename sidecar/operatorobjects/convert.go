package operatorobjects

import (
	"fmt"
	"log/slog"
	"slices"

	"github.com/prometheus-operator/prometheus-operator/pkg/assets"
	"github.com/prometheus-operator/prometheus-operator/pkg/operator"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Input is one object and what belongs to it.
type Input struct {
	// Object is not changed.
	Object Object
	// NamespaceLabels are those of the object's namespace, for [Options.Select].
	NamespaceLabels map[string]string
	// Lookup finds what the object refers to; nil if it may refer to nothing.
	Lookup Lookup
}

// Result is what an object becomes.
type Result struct {
	// Items are the drop-ins, at most one for now. There is none if the object is
	// not selected, is empty, or has problems.
	//
	// Their data holds the values of the Secrets that the object refers to.
	Items []dropin.Item
	// Problems say why the object is refused. They have no lines: an object has none.
	Problems []dropin.Problem
	// References are what the object refers to, found or not, sorted. When one of
	// them changes the object must be converted again.
	References []Reference
}

// Converter turns objects into drop-ins. It holds no state between two
// conversions and may be used by several goroutines.
type Converter struct {
	opts    Options
	metrics *operator.Metrics
}

// New returns a Converter. Options that are not set are those of [DefaultOptions].
func New(opts Options) *Converter {
	defaults := DefaultOptions()
	if opts.Logger == nil {
		opts.Logger = defaults.Logger
	}
	if opts.ScrapeInterval == "" {
		opts.ScrapeInterval = defaults.ScrapeInterval
	}
	if opts.AlertmanagerBase == nil {
		opts.AlertmanagerBase = defaults.AlertmanagerBase
	}
	opts.Logger = slog.New(quiet{opts.Logger.Handler()})
	// The library wants to count what it selects; nobody reads it.
	return &Converter{opts: opts, metrics: operator.NewMetrics(prometheus.NewRegistry())}
}

// Convert converts one object. An error says that it could not be done now,
// for instance because a Secret could not be read; it is nobody's fault.
func (c *Converter) Convert(in Input) (res Result, err error) {
	kind := kindOf(in.Object)
	if kind == "" {
		return Result{}, fmt.Errorf("%T is not an object of %s that is understood", in.Object, Group)
	}
	if !c.opts.Select[kind].matches(in.Object.GetLabels(), in.NamespaceLabels) {
		return Result{}, nil
	}
	ref := dropin.RefOfObject(kind.Resource(), in.Object.GetNamespace(), in.Object.GetName())
	defer func() {
		// The library must not take every other team's drop-ins down because it
		// panics on one object.
		if r := recover(); r != nil {
			res.Problems = []dropin.Problem{{Code: dropin.CodeCheckFailed, Message: fmt.Sprintf("the conversion itself failed: %v", r)}}
		}
		for i := range res.Problems {
			res.Problems[i].Ref, res.Problems[i].Kind = ref, kind.DropIn()
		}
		if len(res.Problems) > 0 {
			res.Items = nil
		}
		slices.SortStableFunc(res.Problems, dropin.Problem.Compare)
	}()
	if n := len(ref.FileName()); n > maxFileName {
		res.Problems = []dropin.Problem{{
			Code:    dropin.CodeNameTooLong,
			Message: fmt.Sprintf("namespace, name and kind make a file name of %d characters and %d are allowed", n, maxFileName),
			Remedy:  "Shorten the object's name.",
		}}
		return res, nil
	}
	data, err := c.convert(in, &res)
	if err != nil {
		return Result{References: res.References}, fmt.Errorf("convert %s: %w", ref, err)
	}
	if data == nil {
		return res, nil
	}
	res.Items = []dropin.Item{{
		Ref:     ref,
		Kind:    kind.DropIn(),
		Data:    data,
		Created: in.Object.GetCreationTimestamp().Time,
		Version: in.Object.GetResourceVersion(),

		Confidential: slices.ContainsFunc(res.References, func(r Reference) bool { return r.Kind == "Secret" }),
	}}
	return res, nil
}

// maxFileName is NAME_MAX of the usual Linux file systems.
const maxFileName = 255

// convert returns the drop-in's data, nil if there is none. Problems and
// references go into res.
func (c *Converter) convert(in Input, res *Result) ([]byte, error) {
	object, err := hub(in.Object)
	if err != nil {
		res.Problems = []dropin.Problem{invalid(err)}
		return nil, nil
	}
	if !c.trusts(object) {
		res.Problems = tenancy(object)
	}
	lookup := in.Lookup
	if lookup == nil {
		lookup = noLookup{}
	}
	store, refs, problems, err := resolve(object, lookup)
	res.References = refs
	if err != nil {
		return nil, err
	}
	if res.Problems = append(res.Problems, problems...); len(res.Problems) > 0 {
		return nil, nil
	}
	data, problems, err := c.generate(object, store)
	res.Problems = withoutValues(problems, refs, lookup)
	return data, err
}

func (c *Converter) generate(object Object, store *assets.StoreBuilder) ([]byte, []dropin.Problem, error) {
	switch kindOf(object) {
	case PrometheusRule:
		return ruleFile(object)
	case AlertmanagerConfig:
		return c.alertmanagerFragment(object, store)
	default:
		return c.scrapeFile(object, store)
	}
}

func (c *Converter) trusts(o Object) bool {
	return slices.Contains(c.opts.Trusted, o.GetNamespace())
}

// invalid is the problem of an object that the operator's library refuses.
func invalid(err error) dropin.Problem {
	return dropin.Problem{
		Code:    dropin.CodeObjectInvalid,
		Message: err.Error(),
		Remedy:  "Correct the field; the Prometheus operator would refuse the object too.",
	}
}
