//go:build linux

// Command clockjump runs a program for which the time of day is another one, and
// another one again whenever its caller likes, while the clock that counts from the
// machine's start goes on as it does: what a machine's clock does when somebody
// sets it, without setting it for everybody else.
//
//	clockjump FILE PROGRAM [ARGUMENT...]
//
// FILE holds by how many seconds the time is off, as eight bytes, the least first.
// It is read whenever the program asks for the time.
//
// The program is traced. It is not told where the vDSO is, by which it would read
// the time without a system call; Go's runtime makes one then.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: clockjump FILE PROGRAM [ARGUMENT...]")
		os.Exit(2)
	}
	// The kernel takes orders from the thread that traces and from no other.
	runtime.LockOSThread()
	code, err := run(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "clockjump:", err)
		code = 1
	}
	os.Exit(code)
}

// run starts the program and returns its exit code.
func run(file, program string, args []string) (int, error) {
	offset, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	t := &tracer{pid: cmd.Process.Pid, offset: offset, threads: map[int]uint64{}}
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &status, 0, nil); err != nil {
		return 0, fmt.Errorf("wait for the program to begin: %w", err)
	}
	if t.memory, err = os.OpenFile(fmt.Sprintf("/proc/%d/mem", t.pid), os.O_RDWR, 0); err != nil {
		return 0, err
	}
	if err := t.hideVDSO(); err != nil {
		return 0, fmt.Errorf("hide the vDSO: %w", err)
	}
	const exitKill = 0x100000 // PTRACE_O_EXITKILL: it ends with us
	if err := syscall.PtraceSetOptions(t.pid, syscall.PTRACE_O_TRACESYSGOOD|syscall.PTRACE_O_TRACECLONE|exitKill); err != nil {
		return 0, fmt.Errorf("trace the program: %w", err)
	}
	t.threads[t.pid] = 0
	if err := syscall.PtraceSyscall(t.pid, 0); err != nil {
		return 0, err
	}
	return t.loop()
}

type tracer struct {
	pid    int
	memory *os.File
	offset *os.File
	// threads has for each thread where the time goes that it is asking for.
	threads map[int]uint64
}

// loop lets the threads go on from one system call to the next until the program ends.
func (t *tracer) loop() (int, error) {
	for {
		var status syscall.WaitStatus
		tid, err := syscall.Wait4(-1, &status, syscall.WALL, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("wait for the program: %w", err)
		}
		if !status.Stopped() {
			delete(t.threads, tid)
			if tid != t.pid {
				continue
			}
			if status.Signaled() {
				return 128 + int(status.Signal()), nil
			}
			return status.ExitStatus(), nil
		}
		pass, err := t.stopped(tid, status)
		if err == nil {
			err = syscall.PtraceSyscall(tid, pass)
		}
		if err != nil && err != syscall.ESRCH { // it was killed meanwhile
			return 0, fmt.Errorf("thread %d: %w", tid, err)
		}
	}
}

// stopped does what is to be done while a thread waits for us, and returns the signal
// that it is to get.
func (t *tracer) stopped(tid int, status syscall.WaitStatus) (pass int, err error) {
	_, known := t.threads[tid]
	switch signal := status.StopSignal(); {
	case signal == syscall.SIGTRAP|0x80:
		return 0, t.call(tid)
	case signal == syscall.SIGTRAP:
		return 0, nil // it made a thread
	case signal == syscall.SIGSTOP && !known:
		t.threads[tid] = 0 // a new thread, stopped so that it can be traced
		return 0, nil
	default:
		return int(signal), nil
	}
}

// info is the kernel's struct ptrace_syscall_info.
type info struct {
	Op           uint8
	_            [3]uint8
	Arch         uint32
	Instruction  uint64
	Stack        uint64
	NumberOrCode uint64
	Args         [6]uint64
	_            uint64
}

func infoOf(tid int) (info, error) {
	const getSyscallInfo = 0x420e // PTRACE_GET_SYSCALL_INFO
	var i info
	_, _, errno := syscall.Syscall6(syscall.SYS_PTRACE, getSyscallInfo, uintptr(tid), unsafe.Sizeof(i), uintptr(unsafe.Pointer(&i)), 0, 0)
	if errno != 0 {
		return i, errno
	}
	return i, nil
}

// call corrects the time that a call returned.
func (t *tracer) call(tid int) error {
	const entry, exit, realtime = 1, 2, 0
	i, err := infoOf(tid)
	if err != nil {
		return err
	}
	switch i.Op {
	case entry:
		t.threads[tid] = 0
		if i.NumberOrCode == syscall.SYS_CLOCK_GETTIME && i.Args[0] == realtime {
			t.threads[tid] = i.Args[1]
		}
	case exit:
		at := t.threads[tid]
		if at == 0 || i.NumberOrCode != 0 {
			return nil
		}
		t.threads[tid] = 0
		var off [8]byte
		if _, err := t.offset.ReadAt(off[:], 0); err != nil {
			return fmt.Errorf("read %s: %w", t.offset.Name(), err)
		}
		seconds, err := t.word(at)
		if err != nil {
			return err
		}
		return t.setWord(at, seconds+binary.LittleEndian.Uint64(off[:]))
	}
	return nil
}

// hideVDSO strikes the vDSO out of what the kernel told the program at its start.
func (t *tracer) hideVDSO() error {
	const end, ignore, vdso = 0, 1, 33 // AT_NULL, AT_IGNORE, AT_SYSINFO_EHDR
	i, err := infoOf(t.pid)
	if err != nil {
		return err
	}
	// Arguments with their number before and a zero after, the environment with a
	// zero after, pairs of kind and value.
	at := i.Stack
	n, err := t.word(at)
	if err != nil {
		return err
	}
	at += 8 * (n + 2)
	for w := uint64(1); w != 0; at += 8 {
		if w, err = t.word(at); err != nil {
			return err
		}
	}
	for ; ; at += 16 {
		switch kind, err := t.word(at); {
		case err != nil:
			return err
		case kind == vdso:
			return t.setWord(at, ignore)
		case kind == end:
			return nil
		}
	}
}

func (t *tracer) word(at uint64) (uint64, error) {
	var b [8]byte
	_, err := t.memory.ReadAt(b[:], int64(at))
	return binary.LittleEndian.Uint64(b[:]), err
}

func (t *tracer) setWord(at, value uint64) error {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], value)
	_, err := t.memory.WriteAt(b[:], int64(at))
	return err
}
