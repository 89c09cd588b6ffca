#pragma once

#include <string_view>

/// The words of --help that no option carries; written for 80 columns.
namespace tomme::cli::help {

inline constexpr std::string_view kTomme =
    R"(tomme checks who built the Python packages you install.

usage: tomme COMMAND [options] ...

  tomme run -- INSTALLER... run pip, uv, poetry or pdm, and check each download
  tomme verify FILE...      check files against attestations and signatures
  tomme inspect FILE...     show what an attestation claims, without trusting it
  tomme trust ...           show and renew the keys of Sigstore in use
  tomme tuf ...             run a TUF repository (PEP 458), or download from one
  tomme sigstore ...        the command line of sigstore-python, for existing
                            scripts

  tomme COMMAND --help      show the options of a command
  tomme --version           show the version

Exit status: 0 verified or done, 1 refused, 2 wrong usage, 3 could not tell;
run ends with the installer's own, or 40 for refused.

Environment: TOMME_CACHE_DIR (default XDG_CACHE_HOME/tomme or ~/.cache/tomme),
TOMME_REFRESH as --refresh, NO_COLOR.
)";

inline constexpr std::string_view kVerify =
    R"(usage: tomme verify [options] FILE...

Verifies that a file is what its signer signed, and that the signer is the one
you expect. FILE is a path, - for standard input, sha256:HEX, or
pypi:NAME==VERSION for every file of a release. Nothing is fetched unless pypi:
or --online asks for it.
)";

inline constexpr std::string_view kVerifyFooter =
    R"(An expected signer is exact, or a glob over the whole of it: * matches within
one path segment, ** across them.

Names for --limit: bundle-bytes, entries, timestamps, certificates,
note-signatures, subjects, digests, bundles, attestations.

examples:
  tomme verify --repository pypa/sampleproject dist/*.whl
  tomme verify --identity you@example.org --issuer https://accounts.google.com \
      --bundle release.sigstore.json release.tar.gz
  tomme verify --anyone pypi:sampleproject==4.0.0

Exit status: 0 verified, 1 refused, 2 wrong usage or no signer expected,
3 could not tell.
)";

inline constexpr std::string_view kInspect =
    R"(usage: tomme inspect [options] FILE...

Says what a proof claims: who signed, from which repository, workflow and
commit, when, and in which logs. Nothing is verified, so believe nothing of it.
FILE is a Sigstore bundle, a PEP 740 attestation or provenance object, a
certificate (PEM or DER), - for standard input, or pypi:NAME==VERSION for every
file of a release.
)";

inline constexpr std::string_view kInspectFooter =
    R"(examples:
  tomme inspect dist/sampleproject-4.0.0.tar.gz.provenance
  tomme inspect --format json pypi:sampleproject==4.0.0

Exit status: 0 read, 1 a proof that no verifier would read, 2 not a proof,
3 could not be had.
)";

inline constexpr std::string_view kRun =
    R"(usage: tomme run [options] -- COMMAND...

Runs pip, uv, poetry or pdm. Everything that COMMAND downloads from PyPI and
from the indexes it names is held until its attestation is verified. A file that
is not what its publisher attested is refused, and the installer prints why.
)";

inline constexpr std::string_view kRunFooter =
    R"(SIGNER is OWNER/REPOSITORY on GitHub, gitlab:GROUP/PROJECT, an e-mail address or
another identity as tomme prints it. Without --expect, the table at the end says
who signed; whether that is the right signer you have to know.

examples:
  tomme run -- pip install sampleproject
  tomme run --expect sampleproject=pypa/sampleproject -- uv add sampleproject
  tomme run --require attested -- pip download -r requirements.txt
  tomme run --require attested --allow-index https://pypi.example.org/simple/ \
      -- uv sync

Exit status: that of COMMAND; 40 when something was refused; 2 wrong usage,
3 when something could not be told; 128 and the number of a signal that ended
COMMAND.
)";

inline constexpr std::string_view kTrust =
    R"(usage: tomme trust COMMAND [options] ...

The trust root: the keys and certificates of a Sigstore instance, against which
everything is verified. One is built in; newer ones come by TUF from a mirror.

  tomme trust show          which one is in use, from where and how old
  tomme trust update        ask the mirror for a newer one now
  tomme trust init          begin with another mirror, by a root that you trust

  tomme trust COMMAND --help  more about a command
)";

inline constexpr std::string_view kTrustShow =
    R"(usage: tomme trust show [options]

Says which trust root is in use, from where, how old, and when what it rests on
expires. Nothing is fetched.
)";

inline constexpr std::string_view kTrustUpdate =
    R"(usage: tomme trust update [options]

Asks the mirror for a newer trust root now, whenever it was asked before, and
keeps it for all commands. Those that use the network do so once a day anyway.
)";

inline constexpr std::string_view kTrustInit =
    R"(usage: tomme trust init [options] --root FILE

Begins with a mirror anew: FILE is the root.json of its TUF repository, got from
where you trust it. What was kept of the mirror is forgotten. Nothing is fetched;
tomme trust update does that.
)";

inline constexpr std::string_view kTrustFooter =
    R"(The public instance and its staging twin need no init: their roots are built in.
Commands use another instance with --mirror URL. Kept in TOMME_CACHE_DIR
(default XDG_CACHE_HOME/tomme or ~/.cache/tomme).

Exit status: 0 done, 1 refused, 2 wrong usage, 3 could not tell.
)";

inline constexpr std::string_view kTufRefresh =
    R"(usage: tomme tuf refresh [options] --metadata-dir DIR --metadata-url URL

Brings the metadata of a TUF repository in DIR up to date. It begins with the
root in DIR, or with that of --root where there is none yet.
)";

inline constexpr std::string_view kTufRefreshFooter =
    R"(DIR is for this alone: root.json, timestamp.json, snapshot.json, targets.json
and delegated roles as they came from the mirror, for this user only.

examples:
  tomme tuf refresh --metadata-dir ~/tuf --root root.json \
      --metadata-url https://tuf.example.org/metadata/
  tomme tuf refresh --metadata-dir ~/tuf --offline --stale 30

Exit status: 0 up to date, 1 refused, 2 wrong usage, 3 could not tell.
)";

inline constexpr std::string_view kTufDownload =
    R"(usage: tomme tuf download [options] --metadata-dir DIR --metadata-url URL
           --target-url URL --target-dir DIR NAME...

Refreshes the metadata, then fetches the files of these names as the metadata
lists them. A file that is there already and is the right one is not fetched
again. NAME is the path in the repository; the file's name is NAME with
everything but letters, digits and -._~ as %XX, so that it stays in DIR.
)";

inline constexpr std::string_view kTufDownloadFooter =
    R"(It ends at the first NAME that cannot be had; those before it are there.

Exit status: 0 all files are there, 1 refused or not in the repository, 2 wrong
usage, 3 could not tell.
)";

inline constexpr std::string_view kSigstore =
    R"(usage: tomme sigstore [options] COMMAND ...

The command line of sigstore-python 4.5, for existing scripts: flags,
environment variables, files looked for and exit status are the same. See
docs/sigstore-cli.md for what differs.

commands:
  verify identity           verify against an identity and its provider
  verify github             verify against claims of GitHub Actions
)";

inline constexpr std::string_view kSigstoreVerify =
    R"(usage: tomme sigstore verify [options] {identity,github} ...

Verifies files against a known signer.

commands:
  identity                  verify against an identity and its provider
  github                    verify against claims of GitHub Actions
)";

inline constexpr std::string_view kSigstoreIdentity =
    R"(usage: tomme sigstore verify identity [options] --cert-identity IDENTITY
           --cert-oidc-issuer URL FILE_OR_DIGEST...

Verifies files, or digests as sha256:HEX, against an identity and its issuer.
Without --bundle, FILE.sigstore.json is taken, or FILE.sigstore.
)";

inline constexpr std::string_view kSigstoreGithub =
    R"(usage: tomme sigstore verify github [options] FILE_OR_DIGEST...

Verifies files, or digests as sha256:HEX, against what GitHub Actions said of
the workflow. --cert-identity or --repository is needed. Without --bundle,
FILE.sigstore.json is taken, or FILE.sigstore.
)";

inline constexpr std::string_view kTuf =
    R"(usage: tomme tuf COMMAND [options] ...

The Update Framework: what an index serves, with metadata that nobody on the way
to an installer can change, roll back or hold still.

to get files from a repository:
  tomme tuf refresh         bring its metadata up to date
  tomme tuf download        fetch files and check them against the metadata

to run one:
  tomme tuf init [DIR]      make a repository
  tomme tuf key ...         make keys, and change those of a role
  tomme tuf delegate NAME   let another role sign some of the targets
  tomme tuf undelegate NAME remove a delegated role
  tomme tuf bins BITS       change the number of hash bins
  tomme tuf add FILE...     list files as targets
  tomme tuf remove PATH...  remove targets
  tomme tuf publish         sign and publish what is waiting
  tomme tuf renew ROLE...   stage a role with a new expiry
  tomme tuf sign            show what is staged, then sign it
  tomme tuf merge FILE...   take signatures from copies of staged files
  tomme tuf unstage ROLE... discard a staged change
  tomme tuf status          show what is published, staged and waiting
  tomme tuf verify          check all of it as the strictest client would
  tomme tuf import DIR      take over another program's repository
  tomme tuf gc              delete unreferenced files

  tomme tuf COMMAND --help  show the options of a command

A repository is a folder (--repository, default the current one), or a database
and a place for files: --database sqlite:PATH or postgres://..., --files DIR or
s3://BUCKET/PREFIX?endpoint=URL.
)";

inline constexpr std::string_view kTufKey =
    R"(usage: tomme tuf key COMMAND ...

  tomme tuf key new KEY             make a key
  tomme tuf key show KEY...         print key ids, or public keys
  tomme tuf key add ROLE KEY...     stage keys for a role
  tomme tuf key remove ROLE KEYID...  stage a role without keys
  tomme tuf key threshold ROLE N    stage how many have to sign
)";

inline constexpr std::string_view kTufRepositoryFooter =
    R"(A KEY is a PEM file, or a key in a token (PKCS #11) by its URI, quoted:
'pkcs11:token=NAME;object=LABEL'. After it ?module-path=/PATH may name the
library that drives the token (default TOMME_PKCS11_MODULE, or what p11-kit
finds), and pin-source=file:/PATH the file of the PIN.

Passphrases and PINs come from --passphrase-file, from TOMME_PASSPHRASE, or are
asked for on the terminal.
)";

}  // namespace tomme::cli::help
