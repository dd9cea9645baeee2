#include "sigstore/git/cms.h"
