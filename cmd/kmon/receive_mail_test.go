package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/smtp"
	"testing"
)

func TestReceivePrintsMails(t *testing.T) {
	var out bytes.Buffer
	srv := mailServer(&printed{out: &out})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()

	// As Alertmanager writes them.
	text := "From: am@example.test\r\nTo: ops@example.test\r\nSubject: =?utf-8?q?[FIRING:1]_K=C3=BCche?=\r\n" +
		"Content-Type: multipart/alternative;  boundary=b\r\nMIME-Version: 1.0\r\n\r\n" +
		"--b\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\na =3D b\r\n" +
		"--b\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html; charset=UTF-8\r\n\r\n<b>a</b>\r\n--b--\r\n"
	if err := smtp.SendMail(l.Addr().String(), nil, "am@example.test", []string{"ops@example.test"}, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := smtp.SendMail(l.Addr().String(), nil, "am@example.test", []string{"ops@example.test"}, []byte("Subject: plain\r\n\r\nhello\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := srv.Close(); err != nil {
		t.Fatal(err)
	}
	<-ended
	d := json.NewDecoder(&out)
	var mails []received
	for d.More() {
		var line struct{ Mail received }
		if err := d.Decode(&line); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
		mails = append(mails, line.Mail)
	}
	if len(mails) != 2 {
		t.Fatalf("%d mails, want 2: %+v", len(mails), mails)
	}
	m := mails[0]
	if m.From != "am@example.test" || m.To[0] != "ops@example.test" || m.Subject != "[FIRING:1] Küche" || m.Parts["text/plain"] != "a = b" || m.Parts["text/html"] != "<b>a</b>" {
		t.Errorf("got %+v", m)
	}
	if mails[1].Parts["text/plain"] != "hello\r\n" {
		t.Errorf("got %+v", mails[1])
	}
}
