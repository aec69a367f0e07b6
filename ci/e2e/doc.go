// Package e2e proves an installed release on a real cluster, as its users
// would: it applies ConfigMaps, breaks them, kills pods, stops the API server,
// and watches what the server, the Events and Alertmanager say.
//
// The tests need nothing but a kubeconfig. They reach the release through the
// API server's service proxy, so they run from anywhere kubectl works.
//
//	KUBECONFIG         the cluster; without it the tests are skipped, with that reason
//	E2E_NAMESPACE      the release's namespace (default monitoring)
//	E2E_RELEASE        the release's name (default kube-monitoring-stack)
//	E2E_APISERVER_STOP, E2E_APISERVER_START
//	                   shell commands that take the API server away and bring it
//	                   back; a kubeconfig alone cannot do that. Without them the
//	                   one test that needs them is skipped.
//	E2E_HELM, E2E_CHART
//	                   a helm and the chart that is installed, for the tests that
//	                   change the release's values; without them these are skipped
//	E2E_RULES_COST     shell command that measures what a turn of the rules costs on
//	                   the series in the file $SERIES; without it that test is skipped
//	E2E_IDLE           how long the cluster must have been idle (20m), for the test
//	                   that nothing fires on it; without it that test is skipped
//	E2E_NETWORK_POLICIES
//	                   set where the cluster is known to enforce NetworkPolicies,
//	                   so that one which does not is an error and no skip
//	E2E_THANOS         set where the nodes have the image of Thanos
//	E2E_FIGURES        set to measure the chart, and print the table of figures
//	E2E_SERIES         measures the memory of the stack at that number of series,
//	                   with the values' metrics.profile of E2E_PROFILE
//	E2E_PAGES          shell command that opens the web pages of the server at
//	                   $SERVER in a browser; without it that test is skipped
package e2e
