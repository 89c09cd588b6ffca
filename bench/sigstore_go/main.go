// The peer of the benchmarks: the least program that verifies one bundle with sigstore-go, offline.
//
//	sigstore_go BUNDLE TRUSTED_ROOT ISSUER IDENTITY FILE
//	sigstore_go --steady SECONDS BUNDLE TRUSTED_ROOT ISSUER IDENTITY FILE   verifications per CPU second
package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func verifyOnce(text []byte, verifier *verify.Verifier, policy verify.PolicyOption, content []byte) {
	var parsed bundle.Bundle
	if err := parsed.UnmarshalJSON(text); err != nil {
		fail(err)
	}
	if _, err := verifier.Verify(&parsed, verify.NewPolicy(verify.WithArtifact(bytes.NewReader(content)), policy)); err != nil {
		fail(err)
	}
}

func main() {
	arguments := os.Args[1:]
	var seconds float64
	if len(arguments) == 7 && arguments[0] == "--steady" {
		value, err := strconv.ParseFloat(arguments[1], 64)
		if err != nil {
			fail(err)
		}
		seconds, arguments = value, arguments[2:]
	}
	if len(arguments) != 5 {
		fmt.Fprintln(os.Stderr, "usage: sigstore_go [--steady SECONDS] BUNDLE TRUSTED_ROOT ISSUER IDENTITY FILE")
		os.Exit(2)
	}
	text, err := os.ReadFile(arguments[0])
	if err != nil {
		fail(err)
	}
	trusted, err := root.NewTrustedRootFromPath(arguments[1])
	if err != nil {
		fail(err)
	}
	identity, err := verify.NewShortCertificateIdentity(arguments[2], "", arguments[3], "")
	if err != nil {
		fail(err)
	}
	content, err := os.ReadFile(arguments[4])
	if err != nil {
		fail(err)
	}
	verifier, err := verify.NewVerifier(trusted, verify.WithSignedCertificateTimestamps(1),
		verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	if err != nil {
		fail(err)
	}
	policy := verify.WithCertificateIdentity(identity)
	verifyOnce(text, verifier, policy, content)
	if seconds == 0 {
		return
	}
	started, count := cpu(), 0
	for (cpu() - started).Seconds() < seconds {
		verifyOnce(text, verifier, policy, content)
		count++
	}
	fmt.Printf("%.1f\n", float64(count)/(cpu()-started).Seconds())
}
