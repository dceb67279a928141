(* The product of the marginals A(v,h) (47) against the joint law it is made    *)
(* from.  Weights w(v,h) on finite V, H are arbitrary with Z != 0.              *)
(* Main: factorized_marginals, factorized_uncorrelated (48),                    *)
(* joint_eq_factorized_iff_product, rbm_eq_factorized_iff_no_coupling,          *)
(* marginals_do_not_determine_joint.                                            *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential MehtaSchwab.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section General.
Variables (R : realFieldType) (V H : finType).
Implicit Types w : V -> H -> R.

Lemma sum_probV w : Zsum w != 0 -> \sum_v probV w v = 1.
Proof. by move=> Z0; rewrite /probV -mulr_suml divff. Qed.

Lemma sum_probH w : Zsum w != 0 -> \sum_h probH w h = 1.
Proof.
move=> Z0; rewrite /probH -mulr_suml /margH exchange_big /=.
by rewrite divff.
Qed.

(* (45), (46), (47): A has the marginals of w and sum 1. *)
Theorem factorized_marginals w : Zsum w != 0 ->
  (forall v, \sum_h factorized w v h = probV w v)
  /\ (forall h, \sum_v factorized w v h = probH w h)
  /\ \sum_v \sum_h factorized w v h = 1.
Proof.
move=> Z0; have mV v : \sum_h factorized w v h = probV w v.
  by rewrite /factorized -mulr_sumr sum_probH ?mulr1.
split=> //; split=> [h|]; first by rewrite /factorized -mulr_suml sum_probV ?mul1r.
by rewrite (eq_bigr _ (fun v _ => mV v)) sum_probV.
Qed.

Theorem marginals_sum_to_one w : Zsum w != 0 ->
  \sum_v probV w v = 1 /\ \sum_h probH w h = 1.
Proof. by move=> Z0; rewrite sum_probV ?sum_probH. Qed.

Theorem factorized_ge0 w : (forall v h, 0 <= w v h) -> forall v h, 0 <= factorized w v h.
Proof.
move=> w0 v h; have Z0 : 0 <= Zsum w by apply: sumr_ge0 => u _; apply: sumr_ge0.
by rewrite mulr_ge0 ?divr_ge0 // sumr_ge0.
Qed.

(* (48): no correlation between the layers, for any two observables. *)
Theorem factorized_uncorrelated w (f : V -> R) (g : H -> R) : Zsum w != 0 ->
  \sum_v \sum_h factorized w v h * (f v * g h)
  = (\sum_v \sum_h factorized w v h * f v) * (\sum_v \sum_h factorized w v h * g h)
  /\ \sum_v \sum_h factorized w v h * (f v * g h)
  = (\sum_v probV w v * f v) * (\sum_h probH w h * g h).
Proof.
move=> Z0; have [mV [mH _]] := factorized_marginals Z0.
have -> : \sum_v \sum_h factorized w v h * f v = \sum_v probV w v * f v.
  by apply: eq_bigr => v _; rewrite -mulr_suml mV.
have -> : \sum_v \sum_h factorized w v h * g h = \sum_h probH w h * g h.
  by rewrite exchange_big; apply: eq_bigr => h _; rewrite -mulr_suml mH.
have -> // : \sum_v \sum_h factorized w v h * (f v * g h)
           = (\sum_v probV w v * f v) * (\sum_h probH w h * g h).
rewrite mulr_suml; apply: eq_bigr => v _; rewrite mulr_sumr; apply: eq_bigr => h _.
by rewrite /factorized mulrACA.
Qed.

(* The joint law is A exactly when the weight is a product. *)
Theorem joint_eq_factorized_iff_product w : Zsum w != 0 ->
  (forall v h, probVH w v h = factorized w v h)
  <-> exists (a : V -> R) (b : H -> R), forall v h, w v h = a v * b h.
Proof.
move=> Z0; split=> [eqA|[a [b wE]] v h].
  exists (margV w), (probH w) => v h; have := eqA v h.
  rewrite /probVH /factorized /probV => /(congr1 (fun x => x * Zsum w)).
  by rewrite divfK // mulrAC divfK.
have mV u : margV w u = a u * \sum_h b h.
  by rewrite /margV (eq_bigr _ (fun k _ => wE u k)) mulr_sumr.
have mH k : margH w k = (\sum_v a v) * b k.
  by rewrite /margH (eq_bigr _ (fun u _ => wE u k)) mulr_suml.
have ZE : Zsum w = (\sum_v a v) * \sum_h b h.
  by rewrite /Zsum (eq_bigr _ (fun u _ => mV u)) mulr_suml.
rewrite /probVH /factorized /probV /probH wE mV mH.
move: Z0; rewrite ZE mulf_eq0 negb_or => /andP [A0 B0].
by field; rewrite A0 B0.
Qed.

Theorem cross_ratio_of_product w : (exists a b, forall v h, w v h = a v * b h) ->
  forall v v' h h', w v h * w v' h' = w v h' * w v' h.
Proof. by case=> a [b wE] v v' h h'; rewrite !wE; ring. Qed.

(* The equations (39) do not determine the joint law. *)
Theorem marginals_do_not_determine_joint w : Zsum w != 0 ->
  ~ (exists a b, forall v h, w v h = a v * b h) ->
  (forall v, probV (factorized w) v = probV w v)
  /\ (forall h, probH (factorized w) h = probH w h)
  /\ exists v h, probVH (factorized w) v h != probVH w v h.
Proof.
move=> Z0 np; have [mV [mH one]] := factorized_marginals Z0.
have Z1 : Zsum (factorized w) = 1 by [].
split=> [v|]; first by rewrite /probV Z1 divr1 -/(probV w v) -mV.
split=> [h|]; first by rewrite /probH Z1 divr1 -/(probH w h) -mH.
case: (pickP (fun vh : V * H => probVH (factorized w) vh.1 vh.2 != probVH w vh.1 vh.2)).
  by case=> v h neq; exists v, h.
move=> all; case: np; apply/joint_eq_factorized_iff_product => // v h.
have /negbFE/eqP /= := all (v, h).
by rewrite [X in X = _ -> _]/probVH Z1 divr1 => ->.
Qed.
End General.

Section Rbm.
Variables (R : realFieldType) (e : exponential R) (I J : finType).
Variables (b : J -> R) (W : I -> J -> R) (c : I -> R).

Definition all_on (K : finType) : config K := [ffun=> true].
Definition one_off (K : finType) (k : K) : config K := [ffun x => x != k].

Lemma rbm_energyE v h :
  rbm_energy b W c v h =
  - (\sum_a b a * spin R (h a)) - (\sum_i c i * spin R (v i))
  - \sum_i \sum_a spin R (v i) * W i a * spin R (h a).
Proof. by rewrite /rbm_energy addrAC. Qed.

Lemma coupling_cross i a :
  rbm_energy b W c (all_on I) (one_off a) + rbm_energy b W c (one_off i) (all_on J)
  - rbm_energy b W c (all_on I) (all_on J) - rbm_energy b W c (one_off i) (one_off a)
  = 4%:R * W i a.
Proof.
rewrite !rbm_energyE.
set bb := \sum_a b a * _; set b1 := \sum_a b a * _.
set c1 := \sum_i c i * _; set c2 := \sum_i c i * _.
set s1 := \sum_i _; set s2 := \sum_i _; set s3 := \sum_i _; set s4 := \sum_i _.
transitivity (s3 + s4 - s1 - s2); first by ring.
rewrite /s1 /s2 /s3 /s4 -big_split /= -sumrB -sumrB.
rewrite (bigD1 i) //= [X in _ + X]big1 ?addr0 => [|k ki].
  rewrite -big_split /= -!sumrB (bigD1 a) //= big1 ?addr0 => [|k ka].
    by rewrite !ffunE !eqxx /=; ring.
  by rewrite !ffunE ka /= eqxx; ring.
by rewrite -big_split /= -!sumrB big1 // => l _; rewrite !ffunE ki /=; ring.
Qed.

(* An RBM of any size, with any biases, equals its A exactly when W = 0. *)
Theorem rbm_eq_factorized_iff_no_coupling :
  (forall v h, probVH (rbm_weight e b W c) v h = factorized (rbm_weight e b W c) v h)
  <-> forall i a, W i a = 0.
Proof.
have Z0 : Zsum (rbm_weight e b W c) != 0.
  by rewrite gt_eqF // (Zsum_gt0 e (rbm_energy b W c) (all_on I) (all_on J)).
rewrite joint_eq_factorized_iff_product //; split=> [prod i a|W0].
  have := cross_ratio_of_product prod (all_on I) (one_off i) (all_on J) (one_off a).
  rewrite /rbm_weight /weight_of -!expoD => /expo_inj eqE.
  have : 4%:R * W i a = 0.
    rewrite -coupling_cross; move: eqE; set E := rbm_energy b W c => eqE.
    transitivity ((- E (all_on I) (all_on J) - E (one_off i) (one_off a))
                  - (- E (all_on I) (one_off a) - E (one_off i) (all_on J))); first by ring.
    by rewrite eqE subrr.
  by move/eqP; rewrite mulf_eq0 pnatr_eq0 => /eqP.
exists (fun v : config I => e (\sum_i c i * spin R (v i))).
exists (fun h : config J => e (\sum_a b a * spin R (h a))) => v h.
rewrite /rbm_weight /weight_of rbm_energyE -expoD [X in _ - X]big1 ?subr0 => [|i _].
  by congr (expo e _); ring.
by rewrite big1 // => a _; rewrite W0 mulr0 mul0r.
Qed.
End Rbm.
