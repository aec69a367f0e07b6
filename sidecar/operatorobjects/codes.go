package operatorobjects

import "github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"

// The codes of problems that only objects of monitoring.coreos.com have. All
// others are those of package dropin.
const (
	// CodeInvalid: the Prometheus operator's own check refuses the object.
	CodeInvalid dropin.Code = "object/invalid"
	// CodeMissingReference: a Secret or ConfigMap that the object refers to, or
	// the key in it, does not exist or may not be read.
	CodeMissingReference dropin.Code = "object/missing-reference"
	// CodeOperatorVariable: the object uses a variable that an operator replaces.
	CodeOperatorVariable dropin.Code = "object/operator-variable"
)

// remedyTrust names the value that lifts a restriction of tenants.
const remedyTrust = "The platform team can allow it by listing the namespace in the chart value dropIns.trustedNamespaces."
