// Package parity proves that our server can stand where Prometheus stands: each
// test runs both as processes, does the same to each, and compares what they
// answer, store and refuse. Peers are built on first use, see package build.
//
//	go test -timeout 30m ./parity
//
// With -v each test prints what it has shown.
package parity
