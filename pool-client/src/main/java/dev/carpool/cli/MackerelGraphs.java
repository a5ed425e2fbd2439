package dev.carpool.cli;

/** The graphs for what {@link MackerelValues} says; {@code #} stands for a listener's name. */
final class MackerelGraphs {

  private MackerelGraphs() {}

  /** As mackerel-agent wants them. */
  static String definitions() {
    return """
        # mackerel-agent-plugin
        {"graphs":{
        "carpool.processes":{"label":"Carpool processes","unit":"integer","metrics":[
          {"name":"busy","label":"Busy","stacked":true},
          {"name":"idle","label":"Idle","stacked":true},
          {"name":"starting","label":"Starting","stacked":true},
          {"name":"draining","label":"Draining","stacked":true},
          {"name":"stopping","label":"Stopping","stacked":true}]},
        "carpool.places":{"label":"Carpool places","unit":"integer","metrics":[
          {"name":"busy","label":"Busy"},
          {"name":"all","label":"All"}]},
        "carpool.waiting":{"label":"Carpool waiting room","unit":"integer","metrics":[
          {"name":"waiting","label":"Waiting","stacked":true},
          {"name":"expecting","label":"A process is on its way","stacked":true}]},
        "carpool.oldest_wait":{"label":"Carpool longest wait","unit":"seconds","metrics":[
          {"name":"seconds","label":"Seconds"}]},
        "carpool.refused":{"label":"Carpool refusals, total","unit":"integer","metrics":[
          {"name":"queue_full","label":"Queue full","stacked":true},
          {"name":"queue_timeout","label":"Queue timeout","stacked":true},
          {"name":"spawn_failed","label":"Spawn failed","stacked":true},
          {"name":"shutting_down","label":"Shutting down","stacked":true},
          {"name":"other","label":"Other","stacked":true}]},
        "carpool.unserved":{"label":"Carpool withdrawn and lost, total","unit":"integer","metrics":[
          {"name":"withdrawn","label":"Withdrawn","stacked":true},
          {"name":"lost","label":"Lost sessions","stacked":true}]},
        "carpool.backlog.#":{"label":"Accept queues","unit":"integer","metrics":[
          {"name":"waiting","label":"Waiting"},
          {"name":"limit","label":"Limit"}]},
        "carpool.backlog_full.#":{"label":"Accept queues, how full","unit":"percentage","metrics":[
          {"name":"percent","label":"Full"}]}
        }}
        """;
  }
}
