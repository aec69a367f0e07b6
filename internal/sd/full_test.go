//go:build full

package sd

const full = true
