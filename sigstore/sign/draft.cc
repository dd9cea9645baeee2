#include "sigstore/sign/draft.h"
