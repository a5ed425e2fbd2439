'use strict';

throw new Error('boom while loading');
