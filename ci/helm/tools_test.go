//go:build tools

package helm

// What the tests build and nothing imports.
import (
	_ "github.com/helm/chart-testing/v3/ct"
	_ "helm.sh/helm/v3/cmd/helm"
)
