import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;

/** Logs with logback as it is, then with log4j in its usual pattern, in one with padded levels, and as ECS' JSON. */
public class Loggers {
  static void logback() {
    org.slf4j.Logger logger = org.slf4j.LoggerFactory.getLogger("com.example.Orders");
    logger.debug("a query");
    logger.info("the server listens");
    logger.warn("the cache is nearly full");
    logger.error("a request failed", new IllegalStateException("no connection", new java.io.IOException("refused")));
  }

  static void log4j(String layout, String attribute, String value) {
    var builder = ConfigurationBuilderFactory.newConfigurationBuilder();
    builder.add(
        builder.newAppender("out", "Console").add(builder.newLayout(layout).addAttribute(attribute, value)));
    builder.add(
        builder.newRootLogger(org.apache.logging.log4j.Level.TRACE).add(builder.newAppenderRef("out")));
    Configurator.reconfigure(builder.build());
    var logger = org.apache.logging.log4j.LogManager.getLogger("com.example.Orders");
    logger.trace("a step");
    logger.debug("a query");
    logger.info("the server listens");
    logger.warn("the cache is nearly full");
    logger.error("a request failed", new IllegalStateException("no connection", new java.io.IOException("refused")));
    logger.info("the server goes on");
    logger.fatal("the end");
  }

  public static void main(String[] arguments) {
    logback();
    log4j("PatternLayout", "pattern", "%d{HH:mm:ss.SSS} [%t] %-5level %logger{36} - %msg%n");
    log4j("PatternLayout", "pattern", "%5p %c - %m%n");
    log4j("JsonTemplateLayout", "eventTemplateUri", "classpath:EcsLayout.json");
    log4j("JsonTemplateLayout", "eventTemplateUri", "classpath:GelfLayout.json");
  }
}
