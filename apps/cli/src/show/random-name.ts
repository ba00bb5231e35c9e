const manners = (
  "able agile airy amber ample azure balmy bold brave breezy brief bright brisk calm candid careful cheery clear clever " +
  "cosy crisp curious daring deft eager early easy even fair fleet fond frank fresh gentle glad golden handy hardy " +
  "hasty hearty honest humble jolly keen kind lively lofty loyal lucid lucky mellow merry mild mindful modest neat " +
  "nimble noble patient plucky polite prompt proud quick quiet ready robust rosy sage serene silent smart snug sober " +
  "solid spry steady stout sunny supple swift tidy trusty upbeat valiant vivid warm wise witty zesty"
).split(" ")

/** Builders of bridges, ships, ports, engines and machines that count. */
const builders = (
  "ammann armstrong bazalgette bell boulton brindley brooks brunel candela clapeyron colechurch coulomb culmann dee " +
  "diesel dom dyckerhoff eads eiffel ellet fairbairn finsterwalder forth fowler freyssinet gaudi girard gustave hennebique " +
  "hollerith hooke isler jacquard jessop khan kirkaldy leupold lesseps maillart maudslay mclean menn monier navier nervi " +
  "nobel otis otto papin parsons perronet polhem ritter roebling sarrazin savery schlaich shukhov smeaton sperry " +
  "stephenson stevin strauss suyver telford torroja trevithick vauban vitruvius watt whitworth wren zuse"
).split(" ")

/**
 * A name for a container that got none: `brisk_telford`.
 *
 * `first` and `second` are random numbers from 0 up to but not including 1. A name that is taken is followed by asking
 * again with the next `attempt`, which then adds a number.
 */
export const randomName = (first: number, second: number, attempt = 0): string => {
  const name = `${pick(manners, first)}_${pick(builders, second)}`
  return attempt === 0 ? name : `${name}${attempt}`
}

const pick = (words: ReadonlyArray<string>, random: number): string =>
  words[Math.floor(random * words.length)] ?? words.join("")
