// Package load proves that changes get through to a server that has far too
// little of the machine: too many processes beside it, heavy queries, and rules
// that take longer than their interval. Somebody's slow rule, or a busy node, must
// not keep everybody's changes waiting.
//
//	go test -v -run Starved ./load            150,000 series, some minutes
//	go test -v -short -run Starved ./load     less of everything
//
// With -v it prints how long reloads took.
package load
