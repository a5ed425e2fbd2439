# frozen_string_literal: true

raise LoadError, "no rack here"
