(* (52), (54), (56) of demellokoch2019 as printed: sums over states without      *)
(* the weights p(v), p(h), p(v,h).  Witness: W = 0, any number of units.         *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential MehtaSchwab Factorized RbmConditionals.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Fails.
Variables (R : realFieldType) (e : exponential R) (I J : finType).
Variables (b : J -> R) (c : I -> R).
Let W0 : I -> J -> R := fun _ _ => 0.
Let w := rbm_weight e b W0 c.

Let hfield v a : hidden_field b W0 v a = b a.
Proof. by rewrite /hidden_field big1 ?add0r // => i _; rewrite mul0r. Qed.

Let vfield h i : visible_field W0 c h i = c i.
Proof. by rewrite /visible_field big1 ?add0r // => a _; rewrite mul0r. Qed.

Let Z0 : Zsum w != 0. Proof. exact: rbm_Z_neq0. Qed.

Let card_config (K : finType) (x : R) : \sum_(s : config K) x = (2 ^ #|K|)%:R * x.
Proof. by rewrite sumr_const card_ffun card_bool mulr_natl. Qed.

Let sum_pV : \sum_v probV w v = 1. Proof. exact: sum_probV. Qed.
Let sum_pH : \sum_h probH w h = 1. Proof. exact: sum_probH. Qed.

Let pow_neq1 n : (0 < n)%N -> (2 ^ n)%:R <> 1 :> R.
Proof.
by move=> n0 /eqP; rewrite (pnatr_eq1 R) -(expn0 2) eqn_exp2l // => /eqP n0'; rewrite n0' in n0.
Qed.

Let scaled_neq n (x : R) : (0 < n)%N -> x != 0 -> x <> (2 ^ n)%:R * x.
Proof.
move=> n0 x0 h; apply: (pow_neq1 n0); apply: (mulIf x0).
by rewrite -h mul1r.
Qed.

(* (56) *)
Theorem model_h_printed_fails a : (0 < #|I|)%N -> b a != 0 ->
  model_h e b (fun _ _ => 0) c a
  <> \sum_(v : config I) th e (hidden_field b (fun _ _ => 0) v a).
Proof.
move=> I0 b0; rewrite model_h_mean.
rewrite (eq_bigr (fun v => probV w v * th e (b a))) => [|v _]; last by rewrite hfield.
rewrite -mulr_suml sum_pV mul1r.
rewrite (eq_bigr (fun=> th e (b a))) => [|v _]; last by rewrite hfield.
by rewrite card_config; apply: scaled_neq; rewrite ?th_eq0.
Qed.

(* (54) *)
Theorem model_v_printed_fails i : (0 < #|J|)%N -> c i != 0 ->
  model_v e b (fun _ _ => 0) c i
  <> \sum_(h : config J) th e (visible_field (fun _ _ => 0) c h i).
Proof.
move=> J0 c0; rewrite model_v_mean.
rewrite (eq_bigr (fun h => probH w h * th e (c i))) => [|h _]; last by rewrite vfield.
rewrite -mulr_suml sum_pH mul1r.
rewrite (eq_bigr (fun=> th e (c i))) => [|h _]; last by rewrite vfield.
by rewrite card_config; apply: scaled_neq; rewrite ?th_eq0.
Qed.

(* (52) *)
Theorem model_vh_printed_fails i a : b a != 0 -> c i != 0 ->
  model_vh e b (fun _ _ => 0) c i a
  <> \sum_(v : config I) \sum_(h : config J)
       th e (hidden_field b (fun _ _ => 0) v a) * th e (visible_field (fun _ _ => 0) c h i).
Proof.
move=> b0 c0; have [-> _] := model_vh_mean e b (fun _ _ => 0) c i a.
rewrite (eq_bigr (fun v => probV w v * spin R (v i) * th e (b a))) => [|v _]; last first.
  by rewrite hfield mulrA.
rewrite -mulr_suml.
have -> : \sum_v probV w v * spin R (v i) = th e (c i).
  have := model_v_mean e b (fun _ _ => 0) c i.
  rewrite (eq_bigr (fun h => probH w h * th e (c i))) => [|h _]; last by rewrite vfield.
  rewrite -mulr_suml sum_pH mul1r => <-.
  rewrite /model_v /expectVH; apply: eq_bigr => v _.
  by rewrite -mulr_suml; congr (_ * _); rewrite /probV /margV mulr_suml.
rewrite (eq_bigr (fun=> (2 ^ #|J|)%:R * (th e (b a) * th e (c i)))) => [|v _]; last first.
  rewrite (eq_bigr (fun=> th e (b a) * th e (c i))) => [|h _]; last by rewrite hfield vfield.
  exact: card_config.
rewrite card_config mulrA -natrM -expnD mulrC; apply: scaled_neq.
  by rewrite addn_gt0; apply/orP; left; apply/card_gt0P; exists i.
by rewrite mulf_neq0 ?th_eq0.
Qed.
End Fails.

(* Weighting the printed summand of (52) with p(v,h) does not mend it.  One     *)
(* unit in each layer, no biases: the mean is t = tanh W, that sum is t^3.       *)
Theorem model_vh_tanh_tanh_fails (R : realFieldType) (e : exponential R) (K : R) : K != 0 ->
  let W := fun (_ _ : unit) => K in let z := fun _ : unit => 0 in
  model_vh e z W z tt tt
  <> expectVH (rbm_weight e z W z)
       (fun v h => th e (hidden_field z W v tt) * th e (visible_field W z h tt)).
Proof.
move=> K0 W z.
have unit_sum1 (f : unit -> R) : \sum_u f u = f tt.
  by rewrite (bigD1 tt) //= big1 ?addr0 // => -[].
have hf v : hidden_field z W v tt = K * spin R (v tt).
  by rewrite /hidden_field unit_sum1 addr0.
have vf h : visible_field W z h tt = K * spin R (h tt).
  by rewrite /visible_field unit_sum1 addr0.
have thS s : th e (K * spin R s) = th e K * spin R s.
  by case: s => /=; rewrite ?mulr1 // !mulrN1 thN.
set t := th e K; set m := model_vh e z W z tt tt.
have mt : m = t.
  rewrite /m; have [-> _] := model_vh_mean e z W z tt tt.
  rewrite (eq_bigr (fun v => probV (rbm_weight e z W z) v * t)) => [|v _].
    by rewrite -mulr_suml sum_probV ?mul1r // rbm_Z_neq0.
  by rewrite hf thS; congr (_ * _); case: (v tt) => /=; rewrite /t; ring.
have -> : expectVH (rbm_weight e z W z)
       (fun v h => th e (hidden_field z W v tt) * th e (visible_field W z h tt)) = t ^+ 2 * m.
  rewrite /m /model_vh /expectVH mulr_sumr; apply: eq_bigr => v _.
  rewrite mulr_sumr; apply: eq_bigr => h _; rewrite hf vf !thS -/t.
  have k (x s s' : R) : x * (t * s * (t * s')) = t ^+ 2 * (x * (s * s')) by ring.
  exact: k.
rewrite mt => h; have t0 : t != 0 by rewrite th_eq0.
have : t ^+ 2 = 1 by apply: (mulIf t0); rewrite -h mul1r.
have := tanh_lt1 e K; rewrite -/t => lt1 /eqP.
by rewrite sqrf_eq1 => /orP [] /eqP tE; move: lt1; rewrite tE ?normrN normr1 ltxx.
Qed.
