#pragma once

#include <cstdint>

#include "app/repository/verify.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

/// Takes over a repository of any program's making: `from` has `metadata/VERSION.ROLE.json` and
/// `metadata/timestamp.json` (consistent snapshots), and perhaps `targets/…`. All of it is verified as by
/// verify_published first; only what is expired may be so, since it can be renewed here. The files are copied
/// octet for octet, the timestamp last, so that clients of the old place can be sent to the new one. What
/// later publications write is in this program's form: versions only in the snapshot, SHA-256 only for
/// targets. kRepositoryExists where `to` has a root; else the first thing that is wrong.
Result<Verification> import_repository(store::BlobStore& from, store::BlobStore& to, Time now);

}  // namespace tomme::repository
