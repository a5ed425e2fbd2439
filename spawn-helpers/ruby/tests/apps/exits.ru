# frozen_string_literal: true

exit 3
