//go:build !full

package sd

const full = false
