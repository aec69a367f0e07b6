// Package crash proves that the server survives what happens to servers: being
// killed at any moment, a volume that is full, files that are damaged, and being
// asked to stop when it is least convenient. Each test runs the real program as
// a process of its own and does to it what the test is about.
//
//	go test -v ./crash
//
// What is promised, and tested here, is what Prometheus' storage promises: a
// write is acknowledged after its records were handed to the operating system,
// page by page, at the end of each commit. So a process that dies, however it
// dies, loses nothing that it acknowledged. The records reach the disk later: when
// a segment is full (128 MiB) and when the storage is closed. A power cut
// can take the end of the log with it; TestTornLog shows what is lost then: that
// end and nothing before it.
//
// With -v each test prints one line of figures.
package crash
